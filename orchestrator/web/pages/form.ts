import { html, type Html, type Part } from '../html.ts';

/** What a person typed, and what was wrong with it, by name of the field. */
export interface Typed {
  readonly values: Readonly<Record<string, string>>;
  readonly problems: Readonly<Record<string, string>>;
}

export const NOTHING_TYPED: Typed = { values: {}, problems: {} };

/** The token that proves that a form came from a page of ours. */
export function csrfField(csrf: string | null): Html {
  return html`<input type="hidden" name="csrf" value="${csrf ?? ''}" />`;
}

interface FieldParts {
  readonly name: string;
  readonly label: string;
  readonly help?: Part;
  readonly typed: Typed;
  /** Makes ids unique where a form stands on a page twice. */
  readonly scope?: string;
}

/** Names by which a control and its words belong together. */
export interface Wiring {
  readonly id: string;
  readonly name: string;
  readonly value: string;
  /** `aria-describedby` and, where it is wrong, `aria-invalid`. */
  readonly described: Html;
}

/** A labelled control with its help, and with what was wrong beside it. */
export function field(parts: FieldParts, control: (wiring: Wiring) => Html): Html {
  const { name, label, help, typed, scope = '' } = parts;
  const id = `f-${scope}${name}`;
  const problem = typed.problems[name];
  const hints = [help !== undefined && `${id}-help`, problem !== undefined && `${id}-wrong`].filter((one) => one);
  const described = html`${hints.length > 0 && html`aria-describedby="${hints.join(' ')}"`}
  ${problem !== undefined && html`aria-invalid="true"`}`;
  return html`<div class="field">
    <label for="${id}">${label}</label>
    ${control({ id, name, value: typed.values[name] ?? '', described })}
    ${problem !== undefined && html`<p class="wrong" id="${id}-wrong"><span aria-hidden="true">✗ </span>${problem}</p>`}
    ${help !== undefined && html`<p class="help" id="${id}-help">${help}</p>`}
  </div>`;
}

interface Option {
  readonly value: string;
  readonly title: string;
}

export function selectField(parts: FieldParts, options: readonly Option[]): Html {
  return field(
    parts,
    ({ id, name, value, described }) =>
      html`<select id="${id}" name="${name}" ${described}>
        ${optionList(options, value)}
      </select>`,
  );
}

export function optionList(options: readonly Option[], chosen: string): Html[] {
  return options.map(
    ({ value, title }) => html`<option value="${value}" ${value === chosen && html`selected`}>${title}</option>`,
  );
}

/** A text area for the reason of an act: required, since whoever reads the record later needs it. */
export function reasonField(typed: Typed, help: string, scope = ''): Html {
  return field(
    { name: 'reason', label: 'Reason', help, typed, scope },
    ({ id, name, value, described }) =>
      html`<textarea id="${id}" name="${name}" maxlength="4000" required ${described}>${value}</textarea>`,
  );
}

/** The problems of a form together at its head, for whoever does not see them beside the fields. */
export function problemSummary({ problems }: Typed): Html | false {
  const all = Object.values(problems);
  if (all.length === 0) return false;
  return html`<div class="alert" role="alert">
    <h2>That was not accepted</h2>
    <ul class="plain">
      ${all.map((one) => html`<li>${one}</li>`)}
    </ul>
  </div>`;
}
