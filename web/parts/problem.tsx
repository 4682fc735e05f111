import type { ApiError } from '../api.ts';

/** What went wrong, and what would be right. Nothing without an error. */
export function ProblemNote({ error }: { readonly error: ApiError | undefined }) {
  if (!error) return null;
  return (
    <p class="problem" role="alert">
      <strong>{sentence(error.message)}</strong> {error.detail}
    </p>
  );
}

function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
