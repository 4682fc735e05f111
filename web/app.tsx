/** The frame around all views. */

import type { ComponentChildren, FunctionComponent } from 'preact';
import { useEffect, useErrorBoundary } from 'preact/hooks';
import type { Status } from './answers.ts';
import { connected, newest } from './live.ts';
import { useLoad } from './load.ts';
import { path, query } from './router.ts';
import { signOut, token } from './session.ts';
import { StatusContext } from './status-context.ts';
import { chooseTheme, theme, themes } from './theme.ts';
import { CoverageView } from './views/coverage.tsx';
import { HuntStartView, HuntView } from './views/hunt.tsx';
import { IncidentsView } from './views/incidents.tsx';
import { MapView } from './views/map.tsx';
import { NowView } from './views/now.tsx';
import { ScanView } from './views/scan.tsx';
import { ScannersView } from './views/scanners.tsx';
import { ScansView } from './views/scans.tsx';
import { SignInView } from './views/sign-in.tsx';
import { SignaturesView, SignatureView } from './views/signatures.tsx';
import { TimelineView } from './views/timeline.tsx';

interface View {
  readonly name: string;
  readonly title: string;
  readonly shows: FunctionComponent;
  /** Of one thing: what stands behind the view's name in the address. */
  readonly one?: FunctionComponent<{ readonly id: string }>;
  /** Other views lead to it. */
  readonly apart?: boolean;
}

const views: readonly View[] = [
  { name: '', title: 'Now', shows: NowView },
  { name: 'scans', title: 'Scans', shows: ScansView, one: ScanView },
  { name: 'timeline', title: 'Timeline', shows: TimelineView },
  { name: 'map', title: 'Who scans whom', shows: MapView },
  { name: 'hunt', title: 'Hunt', shows: HuntStartView, one: HuntView },
  { name: 'incidents', title: 'Incidents', shows: IncidentsView },
  { name: 'scanners', title: 'Authorised', shows: ScannersView },
  { name: 'signatures', title: 'Signatures', shows: SignaturesView, one: SignatureView },
  { name: 'coverage', title: 'Coverage', shows: CoverageView, apart: true },
];

const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function App() {
  if (token.value === undefined) return <SignInView />;
  return <SignedIn />;
}

function SignedIn() {
  const status = useLoad<Status>('/status');
  const [name = '', ...rest] = path.value;
  const id = rest.length === 0 ? undefined : rest.join('/');
  const view = views.find((one) => one.name === name);
  useEffect(() => {
    document.title = view && view.name !== '' ? `${view.title} – Trespass` : 'Trespass';
  }, [view, id]);
  return (
    <StatusContext.Provider value={status.data}>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Header current={name} status={status.data} />
      <main id="main" tabIndex={-1}>
        {status.error && status.data === undefined ? (
          <p class="problem" role="alert">
            {status.error.message}. {status.error.detail}
          </p>
        ) : (
          <Guarded place={`${name}/${id ?? ''}?${query.value}`}>
            <Shown view={view} id={id} />
          </Guarded>
        )}
      </main>
      <footer class="foot">Times are in {timeZone}.</footer>
      <Announcer />
    </StatusContext.Provider>
  );
}

/** A mistake of ours in one view must not take the others away. */
function Guarded({ place, children }: { readonly place: string; readonly children: ComponentChildren }) {
  const [error, forget] = useErrorBoundary();
  useEffect(forget, [place]);
  if (!error) return <>{children}</>;
  return (
    <>
      <h1>This view could not be drawn</h1>
      <p class="problem" role="alert">
        {String((error as Error).message)}
      </p>
      <p>
        <a href="/">See what is going on now.</a>
      </p>
    </>
  );
}

function Shown({ view, id }: { readonly view: View | undefined; readonly id: string | undefined }) {
  if (!view) {
    return (
      <>
        <h1>There is nothing here</h1>
        <p>
          <a href="/">See what is going on now.</a>
        </p>
      </>
    );
  }
  if (id !== undefined && view.one) return <view.one key={id} id={id} />;
  return <view.shows />;
}

function Header({ current, status }: { readonly current: string; readonly status: Status | undefined }) {
  return (
    <header class="top">
      <a class="brand" href="/">
        <img src="/icon.svg" alt="" width="28" height="28" />
        Trespass
      </a>
      <nav aria-label="Views">
        <ul>
          {views
            .filter(({ apart }) => !apart)
            .map(({ name, title }) => (
              <li key={name}>
                <a href={`/${name}`} {...(name === current && { 'aria-current': 'page' as const })}>
                  {title}
                </a>
              </li>
            ))}
        </ul>
      </nav>
      <div class="tools">
        <Connection />
        <label class="theme">
          <span class="unseen">Colours</span>
          <select value={theme.value} onChange={({ currentTarget }) => chooseTheme(currentTarget.value as 'system')}>
            {themes.map((one) => (
              <option key={one} value={one}>
                {one === 'system' ? 'auto' : one}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          class="quiet"
          onClick={signOut}
          title={status && `${status.you.name}, ${status.you.role}`}
        >
          Sign out
        </button>
      </div>
    </header>
  );
}

function Connection() {
  const state = connected.value;
  const [kind, words]: [string, ComponentChildren] =
    state === undefined ? ['waiting', 'connecting'] : state ? ['live', 'live'] : ['lost', 'connection lost'];
  return (
    <span class={`connection ${kind}`} role="status">
      {words}
    </span>
  );
}

/** New scans, for those who hear the page. */
function Announcer() {
  const scan = newest.value;
  return (
    <p class="unseen" aria-live="polite">
      {scan && `${scan.severity} severity: ${scan.title}`}
    </p>
  );
}
