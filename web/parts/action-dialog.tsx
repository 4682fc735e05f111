/** A question with fields, asked in a dialog; the answer is sent to the API. */

import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { ApiError } from '../api.ts';
import { changed } from '../live.ts';
import { ProblemNote } from './problem.tsx';

interface ActionDialogProps {
  /** On the button that opens it. */
  readonly button: string;
  readonly title: string;
  /** On the button that sends it. */
  readonly confirm: string;
  readonly children: ComponentChildren;
  readonly send: (fields: Readonly<Record<string, string>>) => Promise<void>;
}

export function ActionDialog({ button, title, confirm, children, send }: ActionDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [error, setError] = useState<ApiError>();
  const [open, setOpen] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    try {
      await send(Object.fromEntries([...data].map(([name, value]) => [name, String(value).trim()])));
      dialog.current?.close();
      changed();
    } catch (problem) {
      setError(problem as ApiError);
    }
  };
  const show = () => {
    setError(undefined);
    setOpen(true);
    dialog.current?.showModal();
  };
  return (
    <>
      <button type="button" onClick={show}>
        {button}
      </button>
      <dialog ref={dialog} aria-label={title} onClose={() => setOpen(false)}>
        {open && (
          <form onSubmit={submit}>
            <h2>{title}</h2>
            {children}
            <ProblemNote error={error} />
            <div class="actions">
              <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
                Cancel
              </button>
              <button type="submit" class="main">
                {confirm}
              </button>
            </div>
          </form>
        )}
      </dialog>
    </>
  );
}
