// Written by `cargo run -p byo-widget --example tables`; do not edit.

/** The providers that byo knows, in the order a picker shows them. */
export const providers = [
  {
    id: "openai",
    label: "OpenAI",
    keyPlaceholder: "sk-…",
    keyUrl: "https://platform.openai.com/api-keys",
    needs: "none",
  },
  {
    id: "anthropic",
    label: "Anthropic",
    keyPlaceholder: "sk-ant-…",
    keyUrl: "https://console.anthropic.com/settings/keys",
    needs: "none",
  },
  {
    id: "google",
    label: "Google Gemini",
    keyPlaceholder: "",
    keyUrl: "https://aistudio.google.com/apikey",
    needs: "none",
  },
  {
    id: "azure",
    label: "Azure OpenAI",
    keyPlaceholder: "",
    keyUrl: "https://portal.azure.com",
    needs: "azure",
  },
  {
    id: "deepseek",
    label: "DeepSeek",
    keyPlaceholder: "sk-…",
    keyUrl: "https://platform.deepseek.com/api_keys",
    needs: "none",
  },
  {
    id: "mistral",
    label: "Mistral",
    keyPlaceholder: "",
    keyUrl: "https://console.mistral.ai/api-keys",
    needs: "none",
  },
  {
    id: "groq",
    label: "Groq",
    keyPlaceholder: "gsk_…",
    keyUrl: "https://console.groq.com/keys",
    needs: "none",
  },
  {
    id: "openrouter",
    label: "OpenRouter",
    keyPlaceholder: "sk-or-…",
    keyUrl: "https://openrouter.ai/settings/keys",
    needs: "none",
  },
  {
    id: "together",
    label: "Together AI",
    keyPlaceholder: "tgp_v1_…",
    keyUrl: "https://api.together.ai/settings/api-keys",
    needs: "none",
  },
  {
    id: "xai",
    label: "xAI",
    keyPlaceholder: "xai-…",
    keyUrl: "https://console.x.ai",
    needs: "none",
  },
  {
    id: "cohere",
    label: "Cohere",
    keyPlaceholder: "",
    keyUrl: "https://dashboard.cohere.com/api-keys",
    needs: "none",
  },
  {
    id: "ollama",
    label: "Ollama",
    keyPlaceholder: "",
    keyUrl: "https://ollama.com/settings/keys",
    needs: "baseUrl",
    keyOptional: true,
  },
] as const;

/** Keys for the test environment, each named after what a check of it says. */
export const testKeys = [
  "sk-byo-test-valid",
  "sk-byo-test-restricted",
  "sk-byo-test-no-quota",
  "sk-byo-test-not-provable",
  "sk-byo-test-rejected",
  "sk-byo-test-denied",
  "sk-byo-test-rate-limited",
  "sk-byo-test-unreachable",
] as const;
