// STAND-IN until the generated tables appear.
export const providers = [
  { id: "openai", label: "OpenAI", keyLabel: "OpenAI API key", keyPlaceholder: "sk-…", keyUrl: "https://platform.openai.com/api-keys", help: "", needs: "none" },
  { id: "anthropic", label: "Anthropic", keyLabel: "Anthropic API key", keyPlaceholder: "sk-ant-…", keyUrl: "https://console.anthropic.com/settings/keys", help: "", needs: "none" },
  { id: "google", label: "Google Gemini", keyLabel: "Gemini API key", keyPlaceholder: "AIza…", keyUrl: "https://aistudio.google.com/apikey", help: "", needs: "none" },
  { id: "azure", label: "Azure OpenAI", keyLabel: "Azure OpenAI key", keyPlaceholder: "", keyUrl: "https://portal.azure.com", help: "", needs: "azure" },
  { id: "mistral", label: "Mistral", keyLabel: "Mistral API key", keyPlaceholder: "", keyUrl: "https://console.mistral.ai/api-keys", help: "", needs: "none" },
  { id: "ollama", label: "Ollama", keyLabel: "Ollama key", keyPlaceholder: "Optional", keyUrl: "https://ollama.com", help: "", needs: "baseUrl", keyOptional: true },
] as const;
export const testKeys = ["sk-byo-test-valid", "sk-byo-test-restricted", "sk-byo-test-no-quota", "sk-byo-test-rejected", "sk-byo-test-rate-limited", "sk-byo-test-unreachable"];
