#!/bin/sh
# Print the path of a Chromium for the browser tests; install Debian's when there is none and it may. Its shell without
# windows comes first: the same engine, a tenth less of the processor's time for each page, and a quarter less to install.
# WSN_BROWSER names one that is elsewhere. Without a browser: prints nothing and says which tests are left out; fails
# instead when WSN_REQUIRE_ALL=1.
find_browser() {
    for name in "${WSN_BROWSER:-}" chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
        "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
        [ -n "$name" ] || continue
        # Run it: Ubuntu's chromium-browser may be a stub that only says how to install the real one.
        "$name" --version >/dev/null 2>&1 || continue
        command -v "$name"
        return 0
    done
    return 1
}

install_browser() {
    command -v apt-get >/dev/null 2>&1 || return 1
    if [ "$(id -u)" = 0 ]; then
        sudo=
    elif sudo -n true >/dev/null 2>&1; then
        sudo="sudo -n"
    else
        return 1
    fi
    echo "==> no Chromium here: installing the system's (apt-get install chromium-headless-shell)" >&2
    { $sudo apt-get update && { install chromium-headless-shell || install chromium; }; } </dev/null >&2
}

install() {
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$1" fonts-dejavu-core
}

find_browser && exit 0
install_browser && find_browser && exit 0
if [ "${WSN_REQUIRE_ALL:-}" = 1 ]; then
    echo "WSN_REQUIRE_ALL=1, but there is no Chromium and none could be installed." >&2
    exit 1
fi
cat >&2 <<'TEXT'
**********************************************************************************************************************
NO BROWSER: the tests in tests/browser (JupyterLab and Notebook in Chromium) are LEFT OUT.
Install Chromium or Chrome (Debian: apt-get install chromium; macOS: brew install --cask chromium),
or name one: make test WSN_BROWSER=/path/to/chrome
**********************************************************************************************************************
TEXT
