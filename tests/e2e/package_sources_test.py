"""C++ projects take nexo-mock's sources into their own build."""

import tempfile
import unittest
from pathlib import Path

import cmake_project
from emulator import REPOSITORY


class Sources(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # In the build tree, where the compiler's cache knows what it compiled the last time.
        cls.folder = Path(cls.enterClassContext(
            tempfile.TemporaryDirectory(dir=cmake_project.BUILD)))
        cls.tree = cls.folder / "example"
        cls.found = cmake_project.configure(cls.tree, f"-DNEXO_MOCK_SOURCES={REPOSITORY}")
        assert cls.found.returncode == 0, cls.found.stdout + cls.found.stderr

    def test_the_example_is_built_with_them_and_passes(self):
        built = cmake_project.build(self.tree)
        self.assertEqual(built.returncode, 0, built.stdout + built.stderr)
        self.assertFalse((self.tree / "_deps/nexo_mock-build/bin").exists(), "no program")
        ran = cmake_project.run(self.tree / "login_test")
        self.assertEqual((ran.returncode, ran.stdout), (0, "4 tests passed\n"), ran.stderr)
        self.check_what_is_installed()

    def check_what_is_installed(self):
        prefix = self.folder / "prefix"
        done = cmake_project.cmake("--install", self.tree, "--prefix", prefix, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        files = [str(each.relative_to(prefix)) for each in prefix.rglob("*") if each.is_file()]
        self.assertEqual(files, ["bin/login_test"])

    def test_they_bring_no_tests_and_leave_the_project_as_it_is(self):
        commands = (self.tree / "build.ninja").read_text()
        self.assertIn("CMakeFiles/login_test.dir/", commands)
        for foreign in ("nexo_mock_exe", "unit_domain", "embedding"):
            self.assertNotIn(f"CMakeFiles/{foreign}.dir/", commands)
        block = commands.split("CMakeFiles/login.dir/login_service.cpp.o: ")[1].split("\n\n")[0]
        self.assertNotIn("-Wconversion", block)
        self.assertNotIn("-Werror", commands)
        self.assertFalse((self.tree / "compile_commands.json").exists())


if __name__ == "__main__":
    unittest.main()
