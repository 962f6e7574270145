// Holds values against places in a JSON Schema of draft 2020-12. On standard input:
// {"schema": {…}, "values": [["/$defs/step", {…}], …]}; the place "" is the schema as a whole.
// On standard output: a list with the complaints about each of the values.
import { readFileSync } from "node:fs";

import Ajv from "ajv/dist/2020.js";

const { schema, values } = JSON.parse(readFileSync(0, "utf8"));
const ajv = new Ajv({ strict: true, allErrors: true });
ajv.addSchema(schema, "schema"); // throws if it breaks the meta-schema
const validators = new Map();

function validatorOf(place) {
  if (!validators.has(place)) validators.set(place, ajv.compile({ $ref: `schema#${place}` }));
  return validators.get(place);
}

const complaints = values.map(([place, value]) => {
  const validate = validatorOf(place);
  if (validate(value)) return [];
  return validate.errors.map(({ instancePath, message }) => `${instancePath}: ${message}`);
});
process.stdout.write(JSON.stringify(complaints));
