/** Secrets and certificates, read once at start. Messages name where they should be, never what is there. */

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';
import type { CertificateFiles, Secret } from '../configuration/destination-settings.ts';

/** @throws Error in plain words. */
export function readSecret(secret: Secret, environment: NodeJS.ProcessEnv = process.env): string {
  if ('file' in secret) {
    const text = readText(secret.file);
    // Editors end a file with a newline, and nobody means it.
    return checked(text.replace(/\r?\n$/, ''), `the file ${secret.file}`);
  }
  return checked(environment[secret.environment] ?? '', `the environment variable ${secret.environment}`);
}

/** A header cannot hold more than a line of visible characters, and a secret is none if it is empty. */
function checked(text: string, where: string): string {
  if (text === '') throw new Error(`${where} holds no secret`);
  if (/[^\x20-\x7e]/.test(text)) throw new Error(`${where} holds more than one line of printable ASCII`);
  return text;
}

/** @throws Error in plain words. */
export function readCertificates({ authorities, certificate, key }: CertificateFiles): SecureContextOptions {
  return {
    ...(authorities !== '' && { ca: readCertificate(authorities) }),
    ...(certificate !== '' && { cert: readCertificate(certificate) }),
    ...(key !== '' && { key: readText(key) }),
  };
}

/** Of several, the first is looked at. Without that, a file of something else would be no authority at all, silently. */
function readCertificate(path: string): string {
  const text = readText(path);
  try {
    new X509Certificate(text);
  } catch {
    throw new Error(`${path} does not begin with a certificate in PEM`);
  }
  return text;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'it may not be read' : code;
    throw new Error(`${path}: ${reason}`);
  }
}
