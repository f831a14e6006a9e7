#!/bin/sh
# Chromium and Japanese letters from the system's packages, when this user may install them.
# Where it cannot be had, the browser lane says so by name.
set -u
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
[ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] && exit 0
command -v apt-get >/dev/null 2>&1 || { echo "No Chromium found; the browser lane will be skipped."; exit 0; }
run=""
[ "$(id -u)" = 0 ] || run="sudo -n"
echo "Installing Chromium from the system's packages ..."
export DEBIAN_FRONTEND=noninteractive
{ $run apt-get update -qq && $run apt-get install -y -qq chromium fonts-noto-cjk; } >/dev/null 2>&1 \
    || echo "Chromium could not be installed; the browser lane will be skipped."
