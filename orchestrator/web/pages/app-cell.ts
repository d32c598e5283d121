import type { SubmissionView } from '../../contract/api.ts';
import { html, type Html } from '../html.ts';

type Named = Pick<SubmissionView, 'id' | 'label' | 'package' | 'versionName' | 'versionCode' | 'files'>;

/** What a submission is called: the app's label, else its package, else the file that was sent. */
export function appName({ label, package: packageName, files }: Omit<Named, 'id'>): string {
  return shortened(label ?? packageName ?? files[0]?.fileName ?? 'unnamed file', 80);
}

/** The row header of a submission: its name as the link, to itself unless said otherwise, package and version below. */
export function appCell(submission: Named, href = `/submissions/${submission.id}`): Html {
  const { package: packageName, versionName, versionCode } = submission;
  const version = [versionName, versionCode === null ? null : `(${versionCode})`]
    .filter((one) => one !== null)
    .join(' ');
  return html`<th scope="row">
    <a href="${href}">${appName(submission)}</a>
    <span class="sub"
      >${packageName === null ? 'not inspected yet' : shortened(packageName, 120)} ${shortened(version, 60)}</span
    >
  </th>`;
}

/** Text of an APK can be ten thousand characters; a list shows what tells one from another. */
export function shortened(text: string, most: number): string {
  const points = Array.from(text.slice(0, most * 2 + 2));
  return points.length > most ? `${points.slice(0, most).join('')}…` : text;
}

/** Who submitted it, as lists name them. */
export function submitterOf({ submittedBy }: Pick<SubmissionView, 'submittedBy'>): string {
  return submittedBy === null ? 'command line' : shortened(submittedBy.name, 80);
}
