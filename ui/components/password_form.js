// A plain form that posts over HTTP: what is typed here never travels through the page's socket.
export default {
  template: `
    <form method="post" action="/account/password" class="password-form" data-testid="password-form">
      <input type="hidden" name="csrf" :value="view.csrf">
      <input type="text" name="username" autocomplete="username" :value="view.email" hidden>
      <label v-for="field in view.fields" :key="field.name"><span>{{ field.label }}</span>
        <input :name="field.name" type="password" :autocomplete="field.complete" required :minlength="field.least || null" maxlength="1024"></label>
      <p v-if="view.problem" class="form-error" role="alert" data-testid="password-problem">{{ view.problem }}</p>
      <p v-if="view.done" class="form-done" role="status" data-testid="password-done">{{ view.done }}</p>
      <button class="button main" data-testid="change-password">{{ view.submit }}</button>
    </form>`,
  props: { view: Object },
};
