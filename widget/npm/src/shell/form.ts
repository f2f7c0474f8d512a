// The element's part in a form: a key's id for a value, and whether there has to be one.

export interface FormValue {
  id: string | null;
  /** What to say where one is needed. */
  missing: string;
}

export function submitAs(internals: ElementInternals, { id, missing }: FormValue, required: boolean, anchor: HTMLElement | undefined): void {
  internals.setFormValue(id);
  // Browsers throw on an empty text, and the page may have brought one.
  if (required && !id) internals.setValidity({ valueMissing: true }, missing || " ", anchor);
  else internals.setValidity({});
}
