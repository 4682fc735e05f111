/** UDP ports whose datagrams are tried as tunnels: https://www.iana.org/assignments/service-names-port-numbers. */

/** RFC 7348. */
export const PORT_VXLAN = 4789;
/** VXLAN before its port was assigned: still the Linux kernel's own default. */
export const PORT_VXLAN_LINUX = 8472;
/** VXLAN with the inner protocol named: draft-ietf-nvo3-vxlan-gpe. */
export const PORT_VXLAN_GPE = 4790;
/** RFC 8926. */
export const PORT_GENEVE = 6081;
/** User plane of GTP version 1, 3GPP TS 29.281. */
export const PORT_GTP_U = 2152;
/** RFC 4380; either side may be the server or relay. */
export const PORT_TEREDO = 3544;

/** May a datagram between these ports be a tunnel? All tunnels but Teredo are known by the destination alone. */
export function isTunnelPort(sourcePort: number, destinationPort: number): boolean {
  return (
    destinationPort === PORT_VXLAN ||
    destinationPort === PORT_VXLAN_LINUX ||
    destinationPort === PORT_VXLAN_GPE ||
    destinationPort === PORT_GENEVE ||
    destinationPort === PORT_GTP_U ||
    destinationPort === PORT_TEREDO ||
    sourcePort === PORT_TEREDO
  );
}
