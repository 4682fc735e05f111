/**
 * Every bound of the engine in one place, with its reason. What a bound drops is counted (`Statistics`).
 * Sizes in bytes, times in seconds unless said.
 */

/** Bytes of a capture that are in memory at once. They fit the second-level cache of common server cores beside the tables of
 * the rest of the path. 384 and 512 KB measured one or two in a hundred better than 256 KB and 1 MB. */
export const captureWindow = 524_288;

/** How much of what a client says in one flow is searched and kept. Nmap says its lines in the first few hundred bytes;
 * 8 KB covers a dozen pipelined NSE requests and the session setups of SMB, and keeps the cost of bulk transfers nil. */
export const flowDepth = 8192;

/** Most flows remembered at once: 2^20, of 40 bytes each. In a full bucket, one more evicts the least valuable. */
export const flowCapacity = 1 << 20;

/** Room for flows at start: 0.6 MB, near the processor. It doubles when a bucket is full of flows that matter. */
export const flowCapacityAtStart = 1 << 14;

/** Handshakes remembered until the first payload: 2^14 of 16 bytes, which stay near the processor. At 1,000 connections a
 * second that is a quarter of a minute, and Nmap's NULL probe waits 6 s. A power of two. */
export const handshakes = 1 << 14;

/** After a FIN or RST, late segments are still taken for so long. */
export const closedTimeout = 2;

/** A TCP connection that stays silent so long may lose its place to another when space is short. */
export const streamTimeout = 300;

/** An answered UDP conversation is kept for so long: its late answers must not look like a client's first words. */
export const answeredTimeout = 10;

/** A UDP conversation ends after so much silence; the next datagram starts a new one. */
export const datagramTimeout = 30;

/** Memory for the first bytes of clients. The system gives it as it is used. */
export const keptBytes = 64 << 20;

/** A sequence number so far from the expected one is another connection on the same ports, not a segment out of order. */
export const sequenceJump = 1 << 20;

/** Segments held for one flow until the hole before them is filled: even `flowDepth` of single bytes, in reverse order. */
export const heldSegmentsPerFlow = flowDepth;

/** Memory for the held segments of all flows, and the blocks it is given out in: a segment of 1,460 bytes takes six. */
export const heldBytes = 32 << 20;
export const heldBlock = 256;

/** Flows that hold segments at once: 128 bytes each. With one small segment each, they fill a quarter of that memory. */
export const heldFlows = 32_768;

/** Signatures suspected by the literals of one message. More are a flood; the first are judged. */
export const mostHits = 64;

/** How long a datagram may stay incomplete: RFC 8200 section 4.5 and Windows say 60, Linux 30. The longest, for a scanner that
 * dawdles as long as its target permits. */
export const fragmentTimeout = 60;

/** Incomplete datagrams at a time: a scan with `nmap -f` has some hundreds in flight; a flood of first fragments any number. */
export const fragmentedDatagrams = 4096;

/** Memory for their fragments, and the blocks it is given out in: two for each of them, or 256 of the greatest length. */
export const fragmentMemory = 16 << 20;
export const fragmentBlock = 2048;

/** Whole datagrams that are still there when more become whole: one in another, as deep as the decoder follows. */
export const reassembledKept = 32;

/** How often one flow's bytes are judged for each arriving segment; later only when they have grown by an eighth: a client
 * that sends single bytes must not make us parse all of them each time. */
export const judgementsPerFlow = 8;

/** Flows that are suspected at once. Each keeps its candidates; the oldest is given up for the newest. */
export const suspectedFlows = 65536;

/** Bytes that an evidence shows: enough for any of Nmap's probes. */
export const evidenceBytes = 256;

/** SYNs of port scans remembered, 2^16 of 100 bytes: all ports of one host, or a few ports of a network. A power of two. */
export const rememberedHeaders = 1 << 16;

/** Longest headers that are remembered: IPv6 without extensions, TCP with four bytes of options. */
export const rememberedHeaderLength = 64;

/** How long they count: Nmap scans a network's ports before it runs its scripts. */
export const rememberedHeaderTime = 600;

/** Evidence remembered to recognise echoes of it. */
export const rememberedEvidence = 4096;

/** Live: evidence on its way from a worker to the main thread, of each worker. More is a flood that the printer cannot follow. */
export const evidenceInFlight = 8192;

/** A line of a log; a longer one is left out. Suricata's EVE with payloads and headers stays far below. */
export const logLineBytes = 1 << 20;

/** Log files that are merged as one timeline at once. */
export const logFilesAtOnce = 256;

/** Connections of which a log tells one command a line (FTP), remembered so that a signature over two commands holds. */
export const loggedFlows = 4096;

/** Of one such connection: values remembered. */
export const loggedValues = 32;

/** With --keep-packets: memory for the frames that were captured last, a second of a busy link, and how many they are. */
export const recentFrameBytes = 16 << 20;
export const recentFrames = 1 << 16;

/** Frames kept for one evidence: those of its flow, the newest. Nmap's conversations have a few dozen. */
export const framesOfEvidence = 256;

/**
 * Seconds after the last evidence in a flow at which its frames are asked for again: first for the server's answer, while a
 * busy link still has it in memory; then for all that was said since, before the usual window closes the scan.
 */
export const answerSeconds = 1;
export const conversationSeconds = 20;

/** Flows that wait for that. One more, and the frames of the oldest are taken at once. */
export const followedFlows = 1024;

/** Frames, and their bytes, in the file of one scan. */
export const packetsOfScan = 4096;
export const packetsOfScanBytes = 2 << 20;

/** Sources whose packets wait for their scan, and memory for all of them. */
export const keptPacketSources = 4096;
export const keptPacketBytes = 32 << 20;

/** The folder of --keep-packets: files, bytes, days. The oldest are deleted. */
export const packetFiles = 10_000;
export const packetFolderBytes = 512 << 20;
export const packetFileDays = 90;

/** Alerts that wait while the store takes nothing (a full disk): a few KB each. They were reported: only the memory of the
 * oldest is lost. */
export const storeQueue = 65_536;

/** What a sensor keeps for a PostgreSQL that cannot be reached: about a million scans. */
export const spoolBytes = 1 << 30;

/** Addresses with what was reported of them, so that an IDS that repeats itself tells one incident a day. */
export const rememberedIncidents = 16_384;

/** Scans of one address that an incident raises and that are sent, the newest; the others rise without a message. */
export const raisedScansTold = 1000;
