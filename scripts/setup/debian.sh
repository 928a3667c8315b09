# Packages of the system. A thing that is there from another source is as good as the package.

fonts=/usr/share/fonts

missing_build_packages() {
    found cc && found make || echo build-essential
    [ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
    found brotli || echo brotli
    found node || echo nodejs
    found npm || echo npm
}

missing_test_packages() {
    found chromium || echo chromium
    found zbarimg || echo zbar-tools
    # The snippets of docs/webhooks.md are run in their languages.
    found php || echo php-cli
    # Python also runs schemathesis, in an environment of its own.
    found python3 || echo python3
    python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
    found initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || echo postgresql
    # Machines whose clocks are wrong (tests/program/clocks.rs).
    compgen -G '/usr/lib*/faketime/libfaketimeMT.so.1' >/dev/null ||
        compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || echo libfaketime
    [ -e "$fonts/opentype/noto/NotoSansCJK-Regular.ttc" ] || echo fonts-noto-cjk
    [ -e "$fonts/truetype/noto/NotoSansArabic-Regular.ttf" ] || echo fonts-noto-core
    ls -d "$fonts"/truetype/liberation* >/dev/null 2>&1 || echo fonts-liberation
}

title_build_packages() { echo "system packages for building:" $(missing_build_packages); }
has_build_packages() { [ -z "$(missing_build_packages)" ]; }
add_build_packages() { apt_install $(missing_build_packages); }

title_test_packages() { echo "system packages for the tests:" $(missing_test_packages); }
has_test_packages() { [ -z "$(missing_test_packages)" ]; }
add_test_packages() {
    keep_postgres_idle
    apt_install $(missing_test_packages)
}

# The tests start a PostgreSQL of their own; the machine needs the programs and no running server.
keep_postgres_idle() {
    local settings=/etc/postgresql-common/createcluster.conf
    [ "$(id -u)" -eq 0 ] && [ ! -e "$settings" ] || return 0
    mkdir -p "${settings%/*}"
    echo 'create_main_cluster = false' >"$settings"
}

apt_command() {
    echo apt-get install -y --no-install-recommends "$@"
}

apt_install() {
    found apt-get || stop "This machine has no apt-get. Please install what these Debian packages hold:" "  $*"
    [ "$(id -u)" -eq 0 ] || stop "This needs root. Please run these and then the same command again:" \
        "  sudo apt-get update" "  sudo $(apt_command "$@")"
    export DEBIAN_FRONTEND=noninteractive
    local install=($(apt_command -o Dpkg::Options::=--force-confold "$@"))
    quietly "${install[@]}" 2>/dev/null && return
    quietly apt-get update || echo "setup: some package lists could not be fetched; going on with the rest" >&2
    quietly "${install[@]}" || stop "Could not install: $*" "Is the network there, and Debian's mirror in /etc/apt? Then say: $(apt_command "$@")"
}
