/** The configuration cannot be used. The message has a line for each fault: `FILE:LINE:COLUMN: what, and what would be right`. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}
