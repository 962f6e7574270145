"""C++ projects find the installed package and start an emulator in their own tests."""

import os
import re
import tempfile
import unittest
from pathlib import Path

import cmake_project
from emulator import REPOSITORY

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INCLUDE = re.compile(r"^\s*#\s*include\s*<([^>]+)>", re.MULTILINE)
IS_SANITIZED = os.environ.get("NEXO_MOCK_SANITIZED") == "1"


def without_indent(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


def stands_in(block, text):
    """Whether the lines of the block stand in the text, one behind the other."""
    wanted, lines = without_indent(block), without_indent(text)
    return any(lines[at:at + len(wanted)] == wanted for at in range(len(lines)))


@unittest.skipIf(IS_SANITIZED, "who links a sanitized archive needs the same sanitizer")
class InstalledPackage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.files = cmake_project.install("development", cls.folder / "first")
        # A package that knows where it was installed would not bear this.
        cls.prefix = (cls.folder / "first").rename(cls.folder / "moved")

    def configured(self, name, *settings, **options):
        return cmake_project.configure(self.folder / name, f"-DCMAKE_PREFIX_PATH={self.prefix}",
                                       *settings, **options)

    def test_the_example_is_built_against_it_with_the_default_compiler_and_passes(self):
        found = self.configured("example")
        self.assertEqual(found.returncode, 0, found.stdout + found.stderr)
        built = cmake_project.build(self.folder / "example")
        self.assertEqual(built.returncode, 0, built.stdout + built.stderr)
        ran = cmake_project.run(self.folder / "example/login_test")
        self.assertEqual((ran.returncode, ran.stdout), (0, "4 tests passed\n"), ran.stderr)

    def test_it_holds_one_archive_the_public_headers_and_the_package_and_no_program(self):
        public = {f"include/nexo_mock/{each.name}"
                  for each in (REPOSITORY / "include/nexo_mock").glob("*.hpp")}
        headers = {each for each in self.files if each.startswith("include/")}
        self.assertEqual(headers, public | {"include/nexo_mock/version.hpp"})
        self.assertEqual([Path(each).name for each in self.files if each.endswith(".a")],
                         ["libnexo_mock.a"])
        self.assertFalse([each for each in self.files if each.startswith(("bin/", "share/"))])

    def test_its_headers_include_the_standard_library_and_each_other(self):
        for header in (self.prefix / "include/nexo_mock").iterdir():
            for name in INCLUDE.findall(header.read_text()):
                is_ours = name.startswith("nexo_mock/") and (self.prefix / "include" / name).exists()
                self.assertTrue(is_ours or re.fullmatch("[a-z_]+", name), f"{header.name}: {name}")

    def test_it_names_no_folder_of_the_machine_that_built_it(self):
        for file in self.prefix.rglob("*.cmake"):
            for folder in (REPOSITORY, cmake_project.BUILD, self.folder):
                self.assertNotIn(str(folder), file.read_text(), file.name)

    def test_a_project_that_wants_another_minor_version_is_told_which_there_is(self):
        project = self.folder / "another"
        project.mkdir()
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.25)\nproject(another LANGUAGES CXX)\n"
            "find_package(nexo_mock 0.99 REQUIRED)\n")
        refused = self.configured("another/build", source=project)
        self.assertNotEqual(refused.returncode, 0)
        self.assertRegex(refused.stderr, r"version: 0\.\d+\.\d+")


class Documentation(unittest.TestCase):
    def test_every_block_of_code_in_the_guide_stands_in_the_example(self):
        blocks = FENCE.findall((REPOSITORY / "docs/embedding.md").read_text())
        sources = [each.read_text() for each in cmake_project.EXAMPLE.iterdir()]
        checked = [text for language, text in blocks if language in ("cpp", "cmake")]
        self.assertGreater(len(checked), 3)
        for block in checked:
            self.assertTrue(any(stands_in(block, source) for source in sources), block)


if __name__ == "__main__":
    unittest.main()
