// The schemas of an OpenAPI document, by their places (JSON pointers) in it.
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

/** Amounts have six decimals at most: one with more was not exact. */
const money = { type: "number", validate: (value) => Number(value.toFixed(6)) === value };

/** What a message of ajv's leaves out. */
function namesIn({ keyword, params }) {
  if (keyword === "additionalProperties") return ` ("${params.additionalProperty}")`;
  if (keyword === "unevaluatedProperties") return ` ("${params.unevaluatedProperty}")`;
  if (keyword === "enum") return ` (${params.allowedValues.join(", ")})`;
  return keyword === "const" ? ` (${params.allowedValue})` : "";
}

/** A name as one step of a place. */
export function step(name) {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

function nameOf(step) {
  return step.replaceAll("~1", "/").replaceAll("~0", "~");
}

export class SchemaBook {
  /** Throws if a schema of the document is no good one. */
  constructor(document) {
    this.document = document;
    this.ajv = new Ajv({ strict: true, allErrors: true, verbose: true, allowUnionTypes: true });
    addFormats(this.ajv);
    this.ajv.addFormat("money", money);
    this.ajv.removeKeyword("contentSchema"); // by itself ajv does not look inside a string
    this.ajv.addKeyword({
      keyword: "contentSchema", schemaType: "object", errors: true,
      compile: ({ $ref }, { contentMediaType }) =>
        contentMediaType === "application/json" ? this.lookerInside($ref.slice(1)) : () => true,
    });
    this.ajv.addVocabulary(Object.keys(document)); // it is no schema, but holds some
    this.ajv.addSchema(document, "openapi");
    this.validators = new Map();
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      this.ajv.validateSchema(schema, true);
      this.validatorOf(`/components/schemas/${step(name)}`);
    }
  }

  /** What the document has at a place. */
  at(place) {
    const steps = place.split("/").slice(1);
    return steps.reduce((inner, each) => inner?.[nameOf(each)], this.document);
  }

  /** The place itself, or the one that its reference leads to. */
  follow(place) {
    const { $ref } = this.at(place);
    return $ref === undefined ? place : this.follow($ref.slice(1));
  }

  /** What is wrong with a value by the schema at a place: a list of {pointer, text, value}. */
  complaints(place, value) {
    const validate = this.validatorOf(place);
    if (validate(value)) return [];
    return validate.errors.map((error) => ({
      pointer: error.instancePath, text: error.message + namesIn(error), value: error.data,
    }));
  }

  /** Judges the JSON that a string holds, by the schema at a place. */
  lookerInside(place) {
    const look = (text) => {
      const mistakes = this.complaints(place, JSON.parse(text));
      look.errors = mistakes.map((each) => ({
        keyword: "contentSchema",
        message: `holds JSON whose ${each.pointer || "whole"} ${each.text}`,
        params: {},
      }));
      return mistakes.length === 0;
    };
    return look;
  }

  validatorOf(place) {
    if (!this.validators.has(place)) {
      this.validators.set(place, this.ajv.compile({ $ref: `openapi#${encodeURI(place)}` }));
    }
    return this.validators.get(place);
  }
}
