# Where tests keep their data: in memory, where there is enough of it, else on the disk.
#
# A disk that others write to can keep a commit waiting for seconds, and then an answer of a channel comes too late, rightly, but not
# in the way that the test is about. What a disk must hold is shown on a disk: by `kill`, `power` and the soaks.

# in_scratch COMMAND …: runs it with a folder of its own for what it writes, and removes that.
in_scratch() {
    local parent folder status=0
    parent=$(scratch_parent)
    forget_the_dead "$parent"
    folder=$parent/florin-tests-$$
    # PostgreSQL runs as somebody else.
    mkdir -p -m 1777 "$folder"
    TMPDIR=$folder "$@" || status=$?
    rm -rf "$folder"
    return "$status"
}

scratch_parent() {
    local enough=$((8 * 1024 * 1024)) room memory
    room=$(df --output=avail --block-size=1K /dev/shm 2>/dev/null | tail -n 1)
    memory=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo 2>/dev/null)
    if [ "${room:-0}" -ge "$enough" ] && [ "${memory:-0}" -ge "$enough" ] && [ -w /dev/shm ]; then
        echo /dev/shm
    else
        echo "There is little memory: what tests write goes to the disk, and a slow one may fail them." >&2
        echo "${TMPDIR:-/tmp}"
    fi
}

# Whoever was killed could not remove what was theirs.
forget_the_dead() {
    local folder
    for folder in "$1"/florin-tests-*; do
        [ ! -d "$folder" ] || [ -d "/proc/${folder##*-}" ] || rm -rf "$folder"
    done
}
