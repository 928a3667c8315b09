# What tests need of PyPI, each in an environment of its own: pinned with all that it needs, by version and digest.
#
# schemathesis asks the API whatever its document allows; wechatpayv3 and
# global-open-sdk-python are other people's programs for WeChat Pay's protocol and for Antom's.

fuzz_python=.tools/python
fuzz_pins=scripts/fuzz/requirements.txt
wechatpay_python=.tools/wechatpayv3
wechatpay_pins=server/tests/conformance/wechatpay.txt
antom_python=.tools/global-open-sdk
antom_pins=server/tests/conformance/antom.txt

title_schemathesis() { python_title schemathesis "$fuzz_pins" "$fuzz_python"; }
has_schemathesis() { [ -x "$fuzz_python/bin/schemathesis" ] && python_fresh "$fuzz_pins" "$fuzz_python"; }
add_schemathesis() { python_install "$fuzz_pins" "$fuzz_python"; }

title_wechatpayv3() { python_title wechatpayv3 "$wechatpay_pins" "$wechatpay_python"; }
has_wechatpayv3() { python_fresh "$wechatpay_pins" "$wechatpay_python"; }
add_wechatpayv3() { python_install "$wechatpay_pins" "$wechatpay_python"; }

title_antom_sdk() { python_title global-open-sdk-python "$antom_pins" "$antom_python"; }
has_antom_sdk() { python_fresh "$antom_pins" "$antom_python"; }
add_antom_sdk() { python_install "$antom_pins" "$antom_python"; }

# python_title NAME PINS FOLDER
python_title() { echo "$1 $(sed -n "s/^$1==\([^ ]*\).*/\1/p" "$2") from PyPI, in $3"; }

# python_fresh PINS FOLDER
python_fresh() { [ -x "$2/bin/python" ] && cmp -s "$1" "$2/installed.txt"; }

# python_install PINS FOLDER. The pins are copied last: an installation that broke off is done again.
python_install() {
    rm -rf "$2"
    quietly python3 -m venv "$2" || stop "Python's venv is missing." "On Debian: apt-get install python3-venv"
    quietly "$2/bin/pip" install --disable-pip-version-check --only-binary :all: --require-hashes -r "$1" ||
        stop "pip could not install $1." "Is PyPI reachable from here? The lines above say more."
    cp "$1" "$2/installed.txt"
}
