/** Names of the MITRE ATT&CK techniques that signatures state, and the tactic that each serves (Enterprise, v19). */

interface Technique {
  readonly name: string;
  readonly tactic: string;
}

export const techniques: Readonly<Record<string, Technique>> = {
  T1018: { name: 'Remote System Discovery', tactic: 'TA0007' },
  T1046: { name: 'Network Service Discovery', tactic: 'TA0007' },
  T1082: { name: 'System Information Discovery', tactic: 'TA0007' },
  T1087: { name: 'Account Discovery', tactic: 'TA0007' },
  T1135: { name: 'Network Share Discovery', tactic: 'TA0007' },
  T1518: { name: 'Software Discovery', tactic: 'TA0007' },
  T1110: { name: 'Brute Force', tactic: 'TA0006' },
  'T1110.001': { name: 'Password Guessing', tactic: 'TA0006' },
  'T1110.003': { name: 'Password Spraying', tactic: 'TA0006' },
  'T1110.004': { name: 'Credential Stuffing', tactic: 'TA0006' },
  T1190: { name: 'Exploit Public-Facing Application', tactic: 'TA0001' },
  T1595: { name: 'Active Scanning', tactic: 'TA0043' },
  'T1595.001': { name: 'Scanning IP Blocks', tactic: 'TA0043' },
  'T1595.002': { name: 'Vulnerability Scanning', tactic: 'TA0043' },
  'T1595.003': { name: 'Wordlist Scanning', tactic: 'TA0043' },
};

export const tactics: Readonly<Record<string, string>> = {
  TA0001: 'Initial Access',
  TA0006: 'Credential Access',
  TA0007: 'Discovery',
  TA0043: 'Reconnaissance',
};
