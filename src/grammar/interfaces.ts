/** Network interfaces by their names. */

/** Interfaces of containers, bridges and virtual machines: they come and go with what they serve, so their links are no faults. */
const VIRTUAL =
  /^(?:veth|docker|br-|cali|cni|flannel|cilium|lxc|lxdbr|podman|virbr|vnet|tap|tun|nodelocaldns|kube-|vxlan|geneve|ifb|dummy|lo$|azv|eni[0-9a-f]{8,})/;

export const isVirtual = (name: string | undefined): boolean => name !== undefined && VIRTUAL.test(name);
