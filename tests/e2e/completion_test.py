"""Shell completion, driven in real shells."""

import os
import pty
import re
import select
import shlex
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import help_test
from emulator import BINARY, PATIENCE, REPOSITORY, environment, run

SCENARIOS = {path.stem for path in (REPOSITORY / "scenarios").glob("*.json")
             if not path.name.endswith(".schema.json")}


class Bash(unittest.TestCase):
    """The function that `complete` names, called as bash calls it."""

    def complete(self, line, cwd=None):
        """What bash would offer for the line; its last word is the one that is typed."""
        words = [each for part in line.split(" ") for each in re.split(r"(=)", part) if each] + (
            [""] if line.endswith((" ", "=")) else [])
        script = (f"source <({shlex.quote(BINARY)} completion bash)\n"
                  "[[ $(complete -p nexo-mock) == 'complete -F _nexo_mock nexo-mock' ]] || exit 9\n"
                  f"COMP_WORDS=({' '.join(map(shlex.quote, words))})\n"
                  f"COMP_CWORD={len(words) - 1}\n_nexo_mock\n"
                  '((${#COMPREPLY[@]} == 0)) || printf "%s\\n" "${COMPREPLY[@]}"\n')
        done = subprocess.run(["bash", "--norc", "-u", "-c", script], capture_output=True, text=True,
                              cwd=cwd, env=environment(), timeout=PATIENCE)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return set(done.stdout.split("\n")) - {""}

    def test_the_script_is_clean_for_shellcheck(self):
        if not shutil.which("shellcheck"):
            self.skipTest("no shellcheck here")
        done = subprocess.run(["shellcheck", "-s", "bash", "-"], capture_output=True, text=True,
                              input=run("completion", "bash").stdout)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_commands(self):
        self.assertEqual(self.complete("nexo-mock "), set(help_test.commands()))
        self.assertEqual(self.complete("nexo-mock ver"), {"verify", "version"})
        self.assertEqual(self.complete("nexo-mock lis"), {"listen"})

    def test_options_of_every_command_are_those_of_its_help(self):
        for command in help_test.commands():
            with self.subTest(command):
                page = help_test.sections(help_test.page_of(command))["Options"]
                options = set(re.findall(r"(?m)^  (?:-h, )?(--[a-z-]+)", page))
                self.assertEqual({each for each in self.complete(f"nexo-mock {command} --")
                                  if each != "--"}, options)

    def test_options_of_serve_need_no_command(self):
        self.assertEqual(self.complete("nexo-mock --sc"), {"--scenario"})
        self.assertEqual(self.complete("nexo-mock --ver"), {"--version"})
        self.assertEqual(self.complete("nexo-mock --port 0 --clo"), {"--clock"})

    def test_values(self):
        for line, offered in [("nexo-mock serve --clock ", {"real", "x60", "manual", "instant"}),
                              ("nexo-mock --clock ma", {"manual"}),
                              ("nexo-mock --clock=ma", {"manual"}),
                              ("nexo-mock --clock=", {"real", "x60", "manual", "instant"}),
                              ("nexo-mock exec --log-level w", {"warn"}),
                              ("nexo-mock exec --log-format ", {"text", "json"}),
                              ("nexo-mock exec --verify --checks we", {"webhooks"}),
                              ("nexo-mock exec --verify --checks codes,re", {"codes,requests"}),
                              ("nexo-mock completion ", {"bash", "zsh"}),
                              ("nexo-mock serve --host ", set()),
                              ("nexo-mock listen --secret ", set())]:
            with self.subTest(line):
                self.assertEqual(self.complete(line), offered)

    def test_scenarios_are_the_built_in_ones_and_files(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "flat.json").touch()
            for line in ("nexo-mock --scenario ", "nexo-mock exec --scenario ",
                         "nexo-mock explain "):
                self.assertEqual(self.complete(line, folder), SCENARIOS | {"flat.json"})
            self.assertEqual(self.complete("nexo-mock --scenario fla", folder),
                             {"flaky", "flat.json"})

    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "a file").touch()
            Path(folder, "folder").mkdir()
            for line in ("nexo-mock check ", "nexo-mock serve --import ",
                         "nexo-mock verify --secret-file ", "nexo-mock verify "):
                with self.subTest(line):
                    self.assertEqual(self.complete(line, folder), {"a file", "folder"})

    def test_behind_the_dashes_of_exec_stands_another_command(self):
        self.assertIn("printf", self.complete("nexo-mock exec --seed 1 -- print"))
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "a-test").touch()
            self.assertEqual(self.complete("nexo-mock exec -- cat a-", folder), {"a-test"})

    def test_after_a_tab_bash_itself_completes(self):
        """In a bash at a terminal."""
        with tempfile.TemporaryDirectory() as folder:
            rc = Path(folder, "rc")
            rc.write_text(f"source <({shlex.quote(BINARY)} completion bash)\nPS1='ready> '\n"
                          "bind 'set enable-bracketed-paste off'\n"
                          "nexo-mock() { printf 'called:%s\\n' \"$*\"; }\n")
            said = typed(["bash", "--noprofile", "--rcfile", str(rc), "-i"], b"ready> ",
                         [b"nexo-mock exec --scen\tfla\t--ver\t\n"], b"called:exec")
        self.assertIn("called:exec --scenario flaky --verify", said)


def typed(shell, prompt, keys, until):
    """What a shell at a terminal said, once it has said `until` and a line's end."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe(shell[0], shell, environment({"TERM": "dumb"}))
    said = b""

    def read_until(mark):
        nonlocal said
        end = time.monotonic() + PATIENCE
        while not re.search(mark, said):
            readable, _, _ = select.select([terminal], [], [], max(0, end - time.monotonic()))
            assert readable, f"{shell[0]} did not say {mark}: {said.decode(errors='replace')}"
            said += os.read(terminal, 4096)

    read_until(re.escape(prompt))
    for each in keys:
        os.write(terminal, each)
    read_until(b"\n" + re.escape(until) + rb"[^\n]*\n")
    os.write(terminal, b"exit\n")
    try:
        while os.read(terminal, 4096):
            pass
    except OSError:
        pass  # the terminal is gone with the shell
    os.waitpid(pid, 0)
    os.close(terminal)
    return said.decode(errors="replace")


@unittest.skipUnless(shutil.which("zsh"), "no zsh here")
class Zsh(unittest.TestCase):
    RC = ("autoload -Uz compinit && compinit -u -D\n"
          "zstyle ':completion:*' menu no\nunsetopt automenu\nPS1='ready> '\n"
          "nexo-mock() { print -r -- \"called:$*\" }\n")

    def typed(self, keys, rc):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, ".zshrc").write_text(rc + self.RC + "source <(%s completion zsh)\n"
                                              % shlex.quote(BINARY) if "fpath" not in rc
                                              else rc + self.RC)
            return typed(["env", f"ZDOTDIR={folder}", "zsh", "-i"], b"ready> ", [keys], b"called:")

    def test_the_script_is_good_zsh(self):
        done = subprocess.run(["zsh", "-n", "-c", run("completion", "zsh").stdout],
                              capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_commands_options_and_values_are_completed(self):
        for keys, line in [(b"nexo-mock lis\t\n", "listen"),
                           (b"nexo-mock exec --scen\tfla\t--ver\t\n",
                            "exec --scenario flaky --verify"),
                           (b"nexo-mock --clo\tinst\t\n", "--clock instant"),
                           (b"nexo-mock serve --log-l\tdeb\t\n", "serve --log-level debug"),
                           (b"nexo-mock completion z\t\n", "completion zsh")]:
            with self.subTest(line):
                self.assertRegex(self.typed(keys, ""), rf"called:{re.escape(line)} ?\r?\n")

    def test_it_works_from_a_folder_of_fpath(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "_nexo-mock").write_text(run("completion", "zsh").stdout)
            said = self.typed(b"nexo-mock verify --sig\tx\n", f"fpath=({folder} $fpath)\n")
        self.assertRegex(said, r"called:verify --signature x\r?\n")


class Usage(unittest.TestCase):
    def test_a_shell_that_is_not_known_is_wrong_usage(self):
        for arguments in [], ["fish"]:
            done = run("completion", *arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
