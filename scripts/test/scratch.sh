# Where tests keep their data: in memory, where there is enough of it, else on the disk.
#
# A disk that others write to can keep a commit waiting for seconds, and then an answer of a channel comes too late, rightly, but not
# in the way that the test is about. What a disk must hold is shown on a disk: by `kill`, `power` and the soaks.

# Prints the folder.
scratch() {
    local enough=$((8 * 1024 * 1024)) room memory
    room=$(df --output=avail --block-size=1K /dev/shm 2>/dev/null | tail -n 1)
    memory=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo 2>/dev/null)
    if [ "${room:-0}" -ge "$enough" ] && [ "${memory:-0}" -ge "$enough" ] && [ -w /dev/shm ]; then
        echo /dev/shm
    else
        echo "${TMPDIR:-/tmp}"
    fi
}
