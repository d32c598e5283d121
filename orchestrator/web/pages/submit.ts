import { html, type Html } from '../html.ts';
import { csrfField, field, NOTHING_TYPED, problemSummary, selectField, type Typed } from './form.ts';
import { framed } from './frame.ts';
import type { SignedIn } from './visit.ts';

export interface SubmitChoices {
  readonly functions: readonly { readonly name: string; readonly title: string }[];
  /** Device classes that a worker serves now. */
  readonly classes: readonly string[];
  readonly limitBytes: number;
}

const URGENCIES = ['high', 'normal', 'low'].map((value) => ({ value, title: value }));
const EGRESS = [
  { value: 'sealed', title: 'sealed: nothing leaves, the proxy answers' },
  { value: 'live', title: 'live: requests reach the internet' },
];

const USUAL: Readonly<Record<string, string>> = {
  device: 'simulated',
  minutes: '60',
  priority: 'normal',
  seed: '1',
  apiLevel: '34',
  clockRate: '60',
  egress: 'sealed',
};

/** `/submit`: choose files, say how to watch them. The script of the page adds dropping and progress; the form works alone. */
export function submitPage(visit: SignedIn, choices: SubmitChoices, given: Typed = NOTHING_TYPED): string {
  const typed: Typed = { ...given, values: { ...USUAL, ...given.values } };
  const classes = [...new Set(['simulated', ...choices.classes])].map((value) => ({ value, title: value }));
  const functions = [
    { value: '', title: 'as the manifest declares it' },
    ...choices.functions.map(({ name, title }) => ({ value: name, title })),
  ];
  const body = html`<h1>Submit an app</h1>
    ${problemSummary(typed)}
    <form id="submit" class="after" method="post" action="/submit" enctype="multipart/form-data">
      ${csrfField(visit.csrf)} ${dropZone(choices.limitBytes)}
      <div class="fields">
        ${selectField({ name: 'function', label: 'What the app says it is for', help: 'The judgement compares its traffic with this function. A stated function counts as a claim.', typed }, functions)}
        ${selectField({ name: 'device', label: 'Device class', help: 'A simulated handset plays a script; only an emulator or a handset runs the app’s own code.', typed }, classes)}
        ${numberField(typed, 'minutes', 'Device minutes to watch', 'All phases together: in use, in the background, locked, in Doze. Longer windows show slower cadences.', { min: 1, max: 1440, step: 'any' })}
        ${selectField({ name: 'priority', label: 'Urgency', help: 'High goes before all others that wait.', typed }, URGENCIES)}
      </div>
      <details ${Object.keys(given.problems).length > 0 && html`open`}>
        <summary>More options</summary>
        <div class="fields after">
          ${selectField({ name: 'egress', label: 'Way out', help: 'Live traffic may tell a hostile operator that the app is being looked at.', typed }, EGRESS)}
          ${numberField(typed, 'apiLevel', 'Android API level', 'Of the device, 28 to 36.', { min: 28, max: 36 })}
          ${numberField(typed, 'seed', 'Seed', 'The same seed taps the same way again.', { min: 0, max: 2_147_483_647 })}
          ${numberField(typed, 'clockRate', 'Clock of a simulated handset', 'Device minutes in a minute of ours; real devices keep real time.', { min: 1, max: 1000 })}
          ${textField(typed, 'callbackUrl', 'Callback', 'An https address that is told when the run ends; the call is signed.', 'url', 2000)}
          ${textField(typed, 'note', 'Note', 'For whoever reviews the report.', 'text', 2000)}
        </div>
        <label class="choice"
          ><input type="checkbox" name="again" value="true" ${typed.values['again'] === 'true' && html`checked`} />
          <span
            >Run again although it ran before
            <span class="soft">Otherwise the same files with the same options lead to the earlier run.</span></span
          ></label
        >
      </details>
      <p class="after actions">
        <button class="primary" id="send">Submit</button>
        <button type="button" id="stop" hidden>Stop the upload</button>
      </p>
      <p role="status" id="said"></p>
    </form>`;
  return framed(visit, { title: 'Submit an app', body, scripts: ['submit.js'] });
}

function dropZone(limitBytes: number): Html {
  const limit = `${Math.floor(limitBytes / 1024 ** 2).toLocaleString('en')} MiB`;
  return html`<div class="drop" id="drop" data-limit="${limitBytes}">
    <label for="files">APK files<span id="drop-words"></span></label>
    <p class="soft" id="files-help">
      One app: an .apk, its base with splits, or one .apks, .xapk, .apkm or .zip that holds them. At most ${limit} in
      all.
    </p>
    <input
      id="files"
      type="file"
      name="apk"
      multiple
      required
      accept=".apk,.apks,.xapk,.apkm,.zip,application/vnd.android.package-archive"
      aria-describedby="files-help"
    />
    <ul class="chosen" id="chosen" aria-label="Chosen files" hidden></ul>
    <fieldset id="together" class="after" hidden>
      <legend>These files are</legend>
      <label class="choice"><input type="radio" name="" value="one" id="as-one" checked /> one app in parts</label>
      <label class="choice"><input type="radio" name="" value="each" id="as-each" /> an app each</label>
    </fieldset>
  </div>`;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly step?: 'any';
}

function numberField(typed: Typed, name: string, label: string, help: string, { min, max, step }: Bounds): Html {
  return field(
    { name, label, help, typed },
    ({ id, value, described }) =>
      html`<input
        id="${id}"
        name="${name}"
        type="number"
        min="${min}"
        max="${max}"
        step="${step ?? 1}"
        value="${value}"
        required
        ${described}
      />`,
  );
}

function textField(typed: Typed, name: string, label: string, help: string, type: 'url' | 'text', most: number): Html {
  return field(
    { name, label, help, typed },
    ({ id, value, described }) =>
      html`<input
        id="${id}"
        name="${name}"
        type="${type}"
        maxlength="${most}"
        value="${value}"
        autocomplete="off"
        ${described}
      />`,
  );
}
