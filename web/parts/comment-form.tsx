import { useState } from 'preact/hooks';
import { type ApiError, send } from '../api.ts';
import { changed } from '../live.ts';
import { ProblemNote } from './problem.tsx';

export function CommentForm({ scan }: { readonly scan: string }) {
  const [error, setError] = useState<ApiError>();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    try {
      await send('POST', `/scans/${scan}/comments`, { text: String(new FormData(form).get('text')) });
      form.reset();
      setError(undefined);
      changed();
    } catch (problem) {
      setError(problem as ApiError);
    }
  };
  return (
    <form class="comment" onSubmit={submit}>
      <label>
        Your comment
        <textarea name="text" required maxLength={4096} rows={3} />
      </label>
      <ProblemNote error={error} />
      <button type="submit">Comment</button>
    </form>
  );
}
