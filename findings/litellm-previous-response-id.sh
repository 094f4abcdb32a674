#!/bin/sh
# litellm 1.108.7, its proxy without a database, before a server that has Chat Completions only.
# POST /v1/responses with a previous_response_id that the proxy does not know gives 200, and an answer that names that
# id as its previous_response_id; the model behind it is sent the new words alone. It is the same with the id of a
# response that the proxy itself made a moment before with store: true. So a client that continues by id loses the
# conversation without a word; the documented answer is the error previous_response_not_found.
# A client of such a proxy has to send the whole history each time.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/env"
"$dir/env/bin/pip" install --quiet --disable-pip-version-check "litellm[proxy]==1.108.7"
"$dir/env/bin/python" - "$dir" <<'PY'
import http.client, http.server, json, os, secrets, socket, subprocess, sys, threading, time

heard = []


class Chat(http.server.BaseHTTPRequestHandler):
    """A Chat Completions server that notes what it is sent."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        heard.append([message["content"] for message in body["messages"]])
        message = {"role": "assistant", "content": "Yes."}
        answer = json.dumps({
            "id": "c1", "object": "chat.completion", "created": 1, "model": "m",
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


behind = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Chat)
threading.Thread(target=behind.serve_forever, daemon=True).start()
config = os.path.join(sys.argv[1], "config.yaml")
with open(config, "w") as file:
    file.write(f"""model_list:
  - model_name: m
    litellm_params: {{model: lm_studio/m, api_base: "http://127.0.0.1:{behind.server_port}/v1", api_key: none}}
""")
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
key = "sk-" + secrets.token_hex(32)
environment = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_TELEMETRY": "False", "LITELLM_MASTER_KEY": key}
command = [os.path.join(sys.prefix, "bin", "litellm"), "--config", config, "--host", "127.0.0.1", "--port", str(port)]
proxy = subprocess.Popen(command, env=environment, cwd=sys.argv[1], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def ask(**body):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"content-type": "application/json", "authorization": f"Bearer {key}"}
    connection.request("POST", "/v1/responses", json.dumps({"model": "m", **body}), headers)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def wait_for_proxy():
    for _ in range(180):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/health/liveliness")
            return connection.getresponse().read()
        except OSError:
            time.sleep(1)


try:
    wait_for_proxy()
    status, unknown = ask(input="Which word is it?", previous_response_id="resp_unknown")
    print("unknown id:", status, unknown["status"], unknown["previous_response_id"], "the model was sent", heard[-1])
    assert (status, unknown["status"], heard[-1]) == (200, "completed", ["Which word is it?"])
    _, first = ask(input="The word is blue.", store=True)
    status, second = ask(input="Which word is it?", previous_response_id=first["id"])
    print("its own id:", status, second["status"], "the model was sent", heard[-1])
    assert (status, second["status"], heard[-1]) == (200, "completed", ["Which word is it?"])
finally:
    proxy.terminate()
    proxy.wait(30)
PY
