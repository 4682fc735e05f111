/**
 * Names of the steps of decoding. A step reads one header at `DecodeState.at`, moves the state behind it, and returns the
 * next step, or a result: a protocol number (1 to 255), or one of `decode-result.ts` (0 and below). So there is no
 * recursion, and counting the steps bounds the nesting.
 */
export const FIRST_LAYER = 0x100;

export const LAYER_ETHERNET = 0x100;
export const LAYER_VLAN = 0x101;
export const LAYER_LLC = 0x102;
export const LAYER_MPLS = 0x103;
export const LAYER_PPPOE = 0x104;
export const LAYER_PPP = 0x105;
export const LAYER_MAC_IN_MAC = 0x106;
export const LAYER_WIFI = 0x107;
/** IP of the version that the first nibble says. */
export const LAYER_IP = 0x108;
export const LAYER_IPV4 = 0x109;
export const LAYER_IPV6 = 0x10a;
/** IPv6 extension headers, from the one that `DecodeState.protocol` names on. */
export const LAYER_IPV6_EXTENSION = 0x10b;
/** What `DecodeState.protocol` names. */
export const LAYER_TRANSPORT = 0x10c;
export const LAYER_GRE = 0x10d;
export const LAYER_ETHERIP = 0x10e;
export const LAYER_ERSPAN = 0x10f;
export const LAYER_ERSPAN3 = 0x110;
export const LAYER_WCCP = 0x111;
/** PPI names a link type: `DecodeState.linkType`. */
export const LAYER_LINK = 0x112;
export const LAYER_VN_TAG = 0x113;
export const LAYER_E_TAG = 0x114;
