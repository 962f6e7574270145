# shellcheck shell=bash
# podman and buildah with settings and a store of their own, in $kept, so that whatever else uses them on
# this machine is not touched. Sourced behind common.bash, in a mount namespace of its own.

store=${kept:?}/containers
export CONTAINERS_CONF=$kept/containers.conf CONTAINERS_STORAGE_CONF=$kept/storage.conf
export BUILDAH_ISOLATION=chroot
export DISABLE_HC_SYSTEMD=true  # there need be no systemd; tests/image/checks asks for health itself

engine_settings() {
    mkdir -p "$store/root" "$store/run" "$store/tmp"
    cat >"$CONTAINERS_CONF" <<CONF
[containers]
cgroups = "disabled"
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
tmp_dir = "$store/tmp"
[network]
network_backend = "netavark"
network_config_dir = "$store/networks"
CONF
    cat >"$CONTAINERS_STORAGE_CONF" <<CONF
[storage]
driver = "overlay"
graphroot = "$store/root"
runroot = "$store/run"
CONF
    # crun refuses the mixture of both versions of cgroups, and uses none here.
    umount /sys/fs/cgroup/unified 2>/dev/null || true
    # What is remembered of running containers is of earlier namespaces, which are gone with them.
    mount -t tmpfs tmpfs "$store/run"
    mount -t tmpfs tmpfs "$store/tmp"
}
