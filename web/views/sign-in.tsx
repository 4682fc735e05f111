import { useState } from 'preact/hooks';
import { type ApiError, get } from '../api.ts';
import { ProblemNote } from '../parts/problem.tsx';
import { signIn, signOut, token } from '../session.ts';

/** Whoever has no token is told where to get one. */
export function SignInView() {
  const [error, setError] = useState<ApiError>();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const given = String(new FormData(event.currentTarget as HTMLFormElement).get('token')).trim();
    token.value = given;
    try {
      await get('/status');
      signIn(given);
    } catch (problem) {
      signOut();
      setError(problem as ApiError);
    }
  };
  return (
    <main class="sign-in" id="main">
      <h1>
        <img src="/icon.svg" alt="" width="44" height="44" /> Trespass
      </h1>
      <p>Who is scanning with Nmap, against whom, and the bytes that prove it.</p>
      <form onSubmit={submit}>
        <label>
          Token
          <input name="token" type="password" required autocomplete="current-password" spellcheck={false} />
        </label>
        <ProblemNote error={error} />
        <button type="submit" class="main">
          Sign in
        </button>
      </form>
      <p class="hint">
        If you started the server: follow the link that <code>trespass serve</code> has printed. Else ask whoever runs
        it for a token, which <code>trespass token add NAME</code> makes.
      </p>
    </main>
  );
}
