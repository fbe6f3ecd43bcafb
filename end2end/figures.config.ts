import { defineConfig } from "@playwright/test";
import tests from "./playwright.config";

// What is measured in the browser (`make felt`): one after the other, since they would take the processor from each other.
export default defineConfig(tests, { testDir: "./figures", workers: 1, fullyParallel: false });
