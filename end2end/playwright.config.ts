import { defineConfig } from "@playwright/test";
import { chromium } from "./support/chromium";

// Every test starts the real binary with its own data folder, so tests share nothing and run in any order.
export default defineConfig({
  testDir: "./tests",
  fullyParallel: true,
  workers: 2,
  // Screenshots in three sizes and two themes are slow on a busy machine.
  timeout: 120_000,
  expect: { timeout: 5_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [["list"]],
  use: {
    headless: true,
    launchOptions: {
      executablePath: chromium(),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
    permissions: ["clipboard-read", "clipboard-write"],
    viewport: { width: 1280, height: 900 },
    trace: "off",
  },
});
