/** Network interfaces by their names. */

/**
 * Interfaces of containers, bridges and virtual machines: they come and go with what they serve, so their links are no faults. Proxmox VE calls
 * the two ends of the pair to its firewall's bridge `fwpr105p0` and `fwln105i0`, Xen a guest's `vif3.0`, systemd-nspawn a machine's `ve-web`.
 */
const VIRTUAL =
  /^(?:veth|docker|br-|cali|cni|flannel|cilium|lxc|lxdbr|podman|virbr|vnet|fwbr\d|fwln\d|fwpr\d|vif\d|v[be]-|tap|tun|nodelocaldns|kube-|vxlan|geneve|ifb|dummy|lo$|azv|eni[0-9a-f]{8,})/;

export const isVirtual = (name: string | undefined): boolean => name !== undefined && VIRTUAL.test(name);
