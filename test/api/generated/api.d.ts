// Written by `npx vitest run -u --project parts openapi` from the OpenAPI document of the service.
export interface paths {
  '/api/v1/submissions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Submissions that you may see, newest first unless asked otherwise */
    get: operations['listSubmissions'];
    put?: never;
    /** Submit the files of one app: an APK, its splits, or one container */
    post: operations['submit'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/submissions/bulk': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Submit up to 100 apps of one file each, with the same fields */
    post: operations['submitMany'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/submissions/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One submission */
    get: operations['getSubmission'];
    put?: never;
    post?: never;
    /** Cancel a submission wherever it stands */
    delete: operations['cancelSubmission'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/submissions/{id}/replay': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Vet the same files again with the same options and seed, as a new submission */
    post: operations['replaySubmission'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/submissions/{id}/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Stage, phase, progress and live sessions as server-sent events, until the submission has ended */
    get: operations['followSubmission'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/reports': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reports that you may see, newest first */
    get: operations['listReports'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/reports/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A report as JSON, as a page or as PDF, by Accept or `format` */
    get: operations['getReport'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/reports/{id}/bundle': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The sealed evidence that a report rests on, as tar; each download stands in the audit log */
    get: operations['getBundle'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/reports/{a}/compare/{b}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What changed from the run of report a to that of report b */
    get: operations['compareReports'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/reports/{id}/reviews': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The reviews of a report, newest first */
    get: operations['listReviews'];
    put?: never;
    /** Approve, reject or ask; an approval against the verdict takes two people */
    post: operations['reviewReport'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/allowlist': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Approved versions, newest first; CSV, by Accept or `format`, has all of them */
    get: operations['listAllowances'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/allowlist/{package}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Every entry of a package, those that ended too, newest first */
    get: operations['getAllowances'];
    /** Approve the version that a report shows */
    put: operations['allow'];
    post?: never;
    /** Take a package off the allowlist; its entries stay as history */
    delete: operations['endAllowance'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/devices': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Places for device sessions, as their workers report them */
    get: operations['listDevices'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/devices/{id}/quarantine': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Take a device out of use after its present session */
    post: operations['quarantineDevice'];
    /** Put a device back into use */
    delete: operations['releaseDevice'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/reassessments': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Judge sealed evidence again by the present profiles; earlier reports remain */
    post: operations['reassess'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/webhooks/secret': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The key by which receivers check the signatures of webhooks; each reading stands in the audit log */
    get: operations['getWebhookSecret'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/audit': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The audit log, newest first */
    get: operations['listAudit'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/me': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who you are here, and what you may do */
    get: operations['whoAmI'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/tokens': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Your tokens */
    get: operations['listTokens'];
    put?: never;
    /** Make a token, of your own or as an admin for somebody; its secret is shown this once */
    post: operations['createToken'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/tokens/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** End a token at once */
    delete: operations['revokeToken'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/people': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Everybody */
    get: operations['listPeople'];
    put?: never;
    /** Add somebody */
    post: operations['addPerson'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/people/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Change a role, shut somebody out or let them in again */
    patch: operations['changePerson'];
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    SubmissionInput: {
      id: string;
      files: {
        sha256: string;
        fileName: string;
        sizeBytes: number;
      }[];
      options: {
        /** @default null */
        function: string | null;
        /** @default simulated */
        device: string;
        /** @default 60 */
        minutes: number;
        /** @default 1 */
        seed: number;
        /** @default 34 */
        apiLevel: number;
        /** @default 60 */
        clockRate: number;
        /**
         * @default sealed
         * @enum {string}
         */
        egress: 'sealed' | 'recorded' | 'live';
        /** @default null */
        adbServer: string | null;
        /** @default null */
        proxyPort: number | null;
        /** @default {} */
        tunables: {
          /** @default 0.5 */
          BeaconIntervalVarianceThreshold: number;
          /** @default 10 */
          PayloadSymmetryThreshold: number;
          /** @default profiles/roles */
          AppNetworkRoleBaseline: string;
          /** @default 6 */
          idleGapSeconds: number;
          /** @default 5 */
          minimumBeats: number;
        };
        /** @default null */
        note: string | null;
      };
      createdAt: string;
      /** @enum {string} */
      state: 'queued' | 'inspecting' | 'examining' | 'assessing' | 'done' | 'failed' | 'cancelled' | 'crashed';
      verdict: ('consistent' | 'inconsistent' | 'inconclusive') | null;
      fault: {
        code: string;
        detail: string;
      } | null;
      package: string | null;
      label: string | null;
      versionCode: number | null;
      versionName: string | null;
      function: string | null;
      /** @enum {string} */
      urgency: 'high' | 'normal' | 'low';
      updatedAt: string;
      submittedBy: {
        person: string;
        name: string;
      } | null;
      callbackUrl: string | null;
      report: string | null;
      review: {
        /** @enum {string} */
        state: 'undecided' | 'waits-for-second' | 'approved' | 'rejected';
        asked: boolean;
        by: {
          person: string;
          name: string;
        } | null;
      } | null;
    };
    ReportInput: {
      id: string;
      submission: string;
      run: string | null;
      bundle: string | null;
      sha256: string | null;
      profileDigest: string | null;
      engineVersion: string | null;
      /** @enum {string} */
      verdict: 'consistent' | 'inconsistent' | 'inconclusive';
      sentence: string;
      createdAt: string;
    };
    ProblemInput: {
      type: string;
      title: string;
      status: number;
      detail: string;
      code: string;
      instance: string;
    };
    AuditEntryInput: {
      seq: number;
      at: string;
      who: string;
      act: string;
      subject: string | null;
      detail: {
        [key: string]: unknown;
      };
      previous: string;
      hash: string;
    };
    DeviceInput: {
      id: string;
      class: string;
      worker: string;
      /** @enum {string} */
      kind: 'simulated' | 'emulator' | 'physical';
      target: string;
      apiLevel: number | null;
      /** @enum {string} */
      state: 'idle' | 'busy' | 'quarantined' | 'gone';
      submission: string | null;
      run: string | null;
      lastSeenAt: string;
      sessions: number;
      faultsInARow: number;
      quarantine: {
        reason: string;
        by: string;
        at: string;
      } | null;
    };
    RunComparisonInput: {
      same: boolean;
      differences: {
        kind: string;
        channel: string | null;
        sentence: string;
      }[];
      notCompared: string[];
    };
    PersonInput: {
      id: string;
      name: string;
      /** @enum {string} */
      role: 'submitter' | 'reviewer' | 'admin';
      subject: string | null;
      createdAt: string;
      disabledAt: string | null;
    };
    TokenInput: {
      id: string;
      person: string;
      name: string;
      /** @enum {string} */
      role: 'submitter' | 'reviewer' | 'admin';
      createdAt: string;
      expiresAt: string | null;
      lastUsedAt: string | null;
      revokedAt: string | null;
    };
    AllowanceInput: {
      id: string;
      package: string;
      label: string | null;
      signers: string[];
      versionCode: number | null;
      versionName: string | null;
      sha256: string;
      function: string;
      report: string;
      /** @enum {string} */
      verdict: 'consistent' | 'inconsistent' | 'inconclusive';
      override: boolean;
      approvedBy: {
        person: string;
        name: string;
      }[];
      reason: string;
      since: string;
      until: string | null;
      /** @enum {string} */
      state: 'active' | 'expired' | 'replaced' | 'ended';
      ended: {
        at: string;
        by: string;
        reason: string;
      } | null;
    };
    ReviewInput: {
      id: string;
      report: string;
      submission: string;
      by: {
        person: string;
        name: string;
      };
      at: string;
      /** @enum {string} */
      decision: 'approve' | 'reject' | 'ask';
      reason: string;
      until: string | null;
      override: boolean;
      /** @enum {string} */
      effect: 'noted' | 'approved' | 'rejected' | 'waits-for-second';
    };
    Submission: {
      id: string;
      files: {
        sha256: string;
        fileName: string;
        sizeBytes: number;
      }[];
      options: {
        /** @default null */
        function: string | null;
        /** @default simulated */
        device: string;
        /** @default 60 */
        minutes: number;
        /** @default 1 */
        seed: number;
        /** @default 34 */
        apiLevel: number;
        /** @default 60 */
        clockRate: number;
        /**
         * @default sealed
         * @enum {string}
         */
        egress: 'sealed' | 'recorded' | 'live';
        /** @default null */
        adbServer: string | null;
        /** @default null */
        proxyPort: number | null;
        tunables: {
          /** @default 0.5 */
          BeaconIntervalVarianceThreshold: number;
          /** @default 10 */
          PayloadSymmetryThreshold: number;
          /** @default profiles/roles */
          AppNetworkRoleBaseline: string;
          /** @default 6 */
          idleGapSeconds: number;
          /** @default 5 */
          minimumBeats: number;
        };
        /** @default null */
        note: string | null;
      };
      createdAt: string;
      /** @enum {string} */
      state: 'queued' | 'inspecting' | 'examining' | 'assessing' | 'done' | 'failed' | 'cancelled' | 'crashed';
      verdict: ('consistent' | 'inconsistent' | 'inconclusive') | null;
      fault: {
        code: string;
        detail: string;
      } | null;
      package: string | null;
      label: string | null;
      versionCode: number | null;
      versionName: string | null;
      function: string | null;
      /** @enum {string} */
      urgency: 'high' | 'normal' | 'low';
      updatedAt: string;
      submittedBy: {
        person: string;
        name: string;
      } | null;
      callbackUrl: string | null;
      report: string | null;
      review: {
        /** @enum {string} */
        state: 'undecided' | 'waits-for-second' | 'approved' | 'rejected';
        asked: boolean;
        by: {
          person: string;
          name: string;
        } | null;
      } | null;
    };
    Report: {
      id: string;
      submission: string;
      run: string | null;
      bundle: string | null;
      sha256: string | null;
      profileDigest: string | null;
      engineVersion: string | null;
      /** @enum {string} */
      verdict: 'consistent' | 'inconsistent' | 'inconclusive';
      sentence: string;
      createdAt: string;
    };
    Problem: {
      type: string;
      title: string;
      status: number;
      detail: string;
      code: string;
      instance: string;
    };
    AuditEntry: {
      seq: number;
      at: string;
      who: string;
      act: string;
      subject: string | null;
      detail: {
        [key: string]: unknown;
      };
      previous: string;
      hash: string;
    };
    Device: {
      id: string;
      class: string;
      worker: string;
      /** @enum {string} */
      kind: 'simulated' | 'emulator' | 'physical';
      target: string;
      apiLevel: number | null;
      /** @enum {string} */
      state: 'idle' | 'busy' | 'quarantined' | 'gone';
      submission: string | null;
      run: string | null;
      lastSeenAt: string;
      sessions: number;
      faultsInARow: number;
      quarantine: {
        reason: string;
        by: string;
        at: string;
      } | null;
    };
    RunComparison: {
      same: boolean;
      differences: {
        kind: string;
        channel: string | null;
        sentence: string;
      }[];
      notCompared: string[];
    };
    Person: {
      id: string;
      name: string;
      /** @enum {string} */
      role: 'submitter' | 'reviewer' | 'admin';
      subject: string | null;
      createdAt: string;
      disabledAt: string | null;
    };
    Token: {
      id: string;
      person: string;
      name: string;
      /** @enum {string} */
      role: 'submitter' | 'reviewer' | 'admin';
      createdAt: string;
      expiresAt: string | null;
      lastUsedAt: string | null;
      revokedAt: string | null;
    };
    Allowance: {
      id: string;
      package: string;
      label: string | null;
      signers: string[];
      versionCode: number | null;
      versionName: string | null;
      sha256: string;
      function: string;
      report: string;
      /** @enum {string} */
      verdict: 'consistent' | 'inconsistent' | 'inconclusive';
      override: boolean;
      approvedBy: {
        person: string;
        name: string;
      }[];
      reason: string;
      since: string;
      until: string | null;
      /** @enum {string} */
      state: 'active' | 'expired' | 'replaced' | 'ended';
      ended: {
        at: string;
        by: string;
        reason: string;
      } | null;
    };
    Review: {
      id: string;
      report: string;
      submission: string;
      by: {
        person: string;
        name: string;
      };
      at: string;
      /** @enum {string} */
      decision: 'approve' | 'reject' | 'ask';
      reason: string;
      until: string | null;
      override: boolean;
      /** @enum {string} */
      effect: 'noted' | 'approved' | 'rejected' | 'waits-for-second';
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  listSubmissions: {
    parameters: {
      query?: {
        cursor?: string;
        limit?: number;
        state?: ('queued' | 'inspecting' | 'examining' | 'assessing' | 'done' | 'failed' | 'cancelled' | 'crashed')[];
        verdict?: 'consistent' | 'inconsistent' | 'inconclusive';
        review?: 'waiting';
        order?: 'newest' | 'oldest';
        package?: string;
        certificate?: string;
        host?: string;
        sha256?: string;
        q?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Default Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Submission'][];
            next: string | null;
          };
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  submit: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'multipart/form-data': {
          /** @description One file, or several parts of this name */
          apk: string[];
          /** @default null */
          function?: string | null;
          /** @default simulated */
          device?: string;
          /** @default 60 */
          minutes?: number;
          /** @default 1 */
          seed?: number;
          /** @default 34 */
          apiLevel?: number;
          /** @default 60 */
          clockRate?: number;
          /**
           * @default sealed
           * @enum {string}
           */
          egress?: 'sealed' | 'recorded' | 'live';
          /** @default {} */
          tunables?: {
            /** @default 0.5 */
            BeaconIntervalVarianceThreshold?: number;
            /** @default 10 */
            PayloadSymmetryThreshold?: number;
            /** @default profiles/roles */
            AppNetworkRoleBaseline?: string;
            /** @default 6 */
            idleGapSeconds?: number;
            /** @default 5 */
            minimumBeats?: number;
          };
          /** @default null */
          note?: string | null;
          /**
           * @default normal
           * @enum {string}
           */
          priority?: 'high' | 'normal' | 'low';
          /** @default null */
          callbackUrl?: string | null;
          /** @default false */
          again?: boolean;
        };
      };
    };
    responses: {
      /** @description Default Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Submission'];
        };
      };
      /** @description Default Response */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Submission'];
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  submitMany: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'multipart/form-data': {
          /** @description One file, or several parts of this name */
          apk: string[];
          /** @default null */
          function?: string | null;
          /** @default simulated */
          device?: string;
          /** @default 60 */
          minutes?: number;
          /** @default 1 */
          seed?: number;
          /** @default 34 */
          apiLevel?: number;
          /** @default 60 */
          clockRate?: number;
          /**
           * @default sealed
           * @enum {string}
           */
          egress?: 'sealed' | 'recorded' | 'live';
          /** @default {} */
          tunables?: {
            /** @default 0.5 */
            BeaconIntervalVarianceThreshold?: number;
            /** @default 10 */
            PayloadSymmetryThreshold?: number;
            /** @default profiles/roles */
            AppNetworkRoleBaseline?: string;
            /** @default 6 */
            idleGapSeconds?: number;
            /** @default 5 */
            minimumBeats?: number;
          };
          /** @default null */
          note?: string | null;
          /**
           * @default normal
           * @enum {string}
           */
          priority?: 'high' | 'normal' | 'low';
          /** @default null */
          callbackUrl?: string | null;
          /** @default false */
          again?: boolean;
        };
      };
    };
    responses: {
      /** @description Default Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              fileName: string;
              created: boolean;
              submission: components['schemas']['Submission'] | null;
              problem: {
                code: string;
                title: string;
                detail: string;
              } | null;
            }[];
          };
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getSubmission: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Default Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Submission'];
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  cancelSubmission: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Default Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Submission'];
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  replaySubmission: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Default Response */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Submission'];
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  followSubmission: {
    parameters: {
      query?: {
        after?: string;
      };
      header?: {
        'last-event-id'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The events */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/event-stream': string;
        };
      };
      /** @description Default Response */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listReports: {
    parameters: {
      query?: {
        cursor?: string;
        limit?: number;
        submission?: string;
        package?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Default Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Report'][];
            next: string | null;
          };
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getReport: {
    parameters: {
      query?: {
        format?: 'json' | 'html' | 'pdf';
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The report */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            schema: string;
            verdict: string;
          } & {
            [key: string]: unknown;
          };
          'text/html': string;
          'application/pdf': string;
        };
      };
      /** @description Default Response */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getBundle: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The evidence */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/x-tar': string;
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  compareReports: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        a: string;
        b: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Default Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunComparison'];
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listReviews: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Default Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Review'][];
            next: null;
          };
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  reviewReport: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @enum {string} */
          decision: 'approve' | 'reject' | 'ask';
          reason: string;
          /** @default null */
          until?: string | null;
        };
      };
    };
    responses: {
      /** @description Default Response */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            review: components['schemas']['Review'];
            allowance: components['schemas']['Allowance'] | null;
          };
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listAllowances: {
    parameters: {
      query?: {
        cursor?: string;
        limit?: number;
        format?: 'json' | 'csv';
        state?: 'active' | 'expired' | 'replaced' | 'ended';
        package?: string;
        q?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The allowlist */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Allowance'][];
            next: string | null;
          };
          'text/csv': string;
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getAllowances: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        package: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Default Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Allowance'][];
            next: null;
          };
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  allow: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        package: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          report: string;
          reason: string;
          /** @default null */
          until?: string | null;
        };
      };
    };
    responses: {
      /** @description Default Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            review: components['schemas']['Review'];
            allowance: components['schemas']['Allowance'] | null;
          };
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  endAllowance: {
    parameters: {
      query: {
        reason: string;
      };
      header?: never;
      path: {
        package: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Default Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Allowance'][];
          };
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listDevices: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Default Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Device'][];
            next: null;
          };
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  quarantineDevice: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          reason: string;
        };
      };
    };
    responses: {
      /** @description Default Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Device'];
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  releaseDevice: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Default Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Device'];
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  reassess: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json':
          | {
              submissions: string[];
            }
          | {
              /** @enum {boolean} */
              olderThanProfile: true;
            };
      };
    };
    responses: {
      /** @description Default Response */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            queued: string[];
            passedOver: string[];
          };
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getWebhookSecret: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Default Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            secret: string;
          };
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listAudit: {
    parameters: {
      query?: {
        cursor?: string;
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Default Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['AuditEntry'][];
            next: string | null;
          };
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  whoAmI: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Default Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            person: string;
            name: string;
            /** @enum {string} */
            role: 'submitter' | 'reviewer' | 'admin';
          };
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listTokens: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Default Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Token'][];
            next: null;
          };
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  createToken: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          person?: string;
          name: string;
          /** @enum {string} */
          role: 'submitter' | 'reviewer' | 'admin';
          /** @default null */
          expiresAt?: string | null;
        };
      };
    };
    responses: {
      /** @description Default Response */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            token: components['schemas']['Token'];
            secret: string;
          };
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  revokeToken: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Default Response */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listPeople: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Default Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: components['schemas']['Person'][];
            next: null;
          };
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  addPerson: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          name: string;
          /** @enum {string} */
          role: 'submitter' | 'reviewer' | 'admin';
        };
      };
    };
    responses: {
      /** @description Default Response */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Person'];
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  changePerson: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @enum {string} */
          role?: 'submitter' | 'reviewer' | 'admin';
          disabled?: boolean;
        };
      };
    };
    responses: {
      /** @description Default Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Person'];
        };
      };
      /** @description A problem (RFC 9457) */
      '4XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A problem (RFC 9457) */
      '5XX': {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
}
