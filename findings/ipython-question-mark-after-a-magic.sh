#!/bin/sh
# IPython 9.18.1.
# A line magic whose words are prose may end in a question mark: `%say What is a monad?`. IPython does not call it. Any
# line that ends in ? is a question for help about its last word, so the magic's words but the last are dropped, and
# "Object `monad` not found." is printed. With an assignment in front, `answer = %say What is a monad?`, the assignment
# is dropped too: no error, and `answer` does not exist afterwards (or keeps what it held before).
# Without the question mark the same lines call the magic. A cell magic's body is not touched.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/env"
"$dir/env/bin/pip" install --quiet --disable-pip-version-check ipython==9.18.1
IPYTHONDIR="$dir/profile" "$dir/env/bin/python" - <<'PY'
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell

transform = TransformerManager().transform_cell
asked = transform("answer = %say What is a monad?\n")
told = transform("answer = %say What a monad is\n")
print(asked.strip())
print(told.strip())
assert asked == "get_ipython().run_line_magic('pinfo', 'monad')\n", asked
assert told == "answer = get_ipython().run_line_magic('say', 'What a monad is')\n", told

shell = InteractiveShell.instance()
heard = []
shell.register_magic_function(heard.append, "line", "say")
done = shell.run_cell("answer = %say What is a monad?")
print("success:", done.success, "; the magic heard:", heard, "; answer exists:", "answer" in shell.user_ns)
assert done.success and heard == [] and "answer" not in shell.user_ns
PY
