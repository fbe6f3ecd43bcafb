// Admin > Members, in a browser: adding, inviting, suspending, and getting in by a link or a mail.
import { expect, Page, signIn, test } from "../support/fixtures";
import { Latchkey } from "../support/latchkey";
import { look } from "../support/look";
import { linkOf, MailServer } from "../support/mail";

const NEW = "a river in the hills";

async function choosesPassword(page: Page): Promise<void> {
  await page.getByLabel("Choose a password").fill(NEW);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByText("Welcome,")).toBeVisible();
}

test("a host adds a member, copies the link, and the member gets in on a phone", async ({ page, browser, latchkey }) => {
  await signIn(page, latchkey, "host@example.com", "/admin");
  await page.getByRole("link", { name: "Members", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Members" })).toBeVisible();
  await look(page, "members");
  await page.getByRole("link", { name: "Add member" }).click();
  await look(page, "member-add");
  await page.getByLabel("Name").fill("Grace Hopper");
  await page.getByLabel("Email").fill("grace");
  await page.getByRole("button", { name: "Add member" }).click();
  await expect(page.getByText("That is not an email address")).toBeVisible();
  await expect(page.getByLabel("Email")).toBeFocused();
  await look(page, "member-add-wrong");
  await page.getByLabel("Email").fill("grace@example.com");
  await page.getByLabel("Moderator").check();
  await page.getByRole("button", { name: "Add member" }).click();
  await expect(page.getByText("The member is added.")).toBeVisible();
  await page.getByRole("button", { name: "Copy link" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await look(page, "member-link");

  const phone = await browser.newContext({ viewport: { width: 360, height: 740 } });
  const hers = await phone.newPage();
  await hers.goto(link);
  await expect(hers.getByText("grace@example.com")).toBeVisible();
  await choosesPassword(hers);

  await page.goto(`${latchkey.url}/admin/members?search=grace`);
  await expect(page.locator(".roster li")).toHaveCount(1);
  await page.getByRole("link", { name: "Grace Hopper" }).click();
  await expect(page.getByText("Password set")).toBeVisible();
  await look(page, "member");

  // Suspended: out at the next request, and told why.
  await page.getByText("Suspend", { exact: true }).first().click();
  await look(page, "member-suspend");
  await page.getByRole("button", { name: "Suspend" }).click();
  await expect(page.getByText("The member is suspended and signed out everywhere.")).toBeVisible();
  await look(page, "member-suspended");
  await hers.reload();
  await hers.goto(`${latchkey.url}/account/sessions`);
  await hers.getByLabel("Email").fill("grace@example.com");
  await hers.getByLabel("Password").fill(NEW);
  await hers.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(hers.getByText("A host of this network suspended your account")).toBeVisible();
  await page.getByText("Let in again", { exact: true }).first().click();
  await page.getByRole("button", { name: "Let in again" }).click();
  await expect(page.getByText("The member can sign in again.")).toBeVisible();
  await phone.close();
});

test("everyone gets a link in a file, and filters say who has one", async ({ page, latchkey }) => {
  for (const name of ["Ben", "Cyd"]) latchkey.cli(["member", "add", "--email", `${name}@example.com`, "--name", name, "--no-password"]);
  await signIn(page, latchkey, "host@example.com", "/admin/members");
  await page.getByText("2 members cannot sign in yet").click();
  await look(page, "members-invite");
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download the links (CSV)" }).click()]);
  expect(file.suggestedFilename()).toBe("sign-in-links.csv");
  await page.reload();
  await page.getByLabel("State").selectOption("Invited");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page.getByText("2 people match.")).toBeVisible();
  await page.getByLabel("Role").selectOption("Host");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page.getByRole("heading", { name: "Nobody matches" })).toBeVisible();
  await look(page, "members-none");
  await page.getByRole("link", { name: "Clear" }).click();
  await expect(page.locator(".roster li")).toHaveCount(4);
});

test("invited by mail, and a forgotten password, on a phone", async ({ page, browser }) => {
  const mail = await MailServer.start();
  const latchkey = await Latchkey.start(...mail.flags);
  try {
    latchkey.addMember("host@example.com", "Hanna Host", "host");
    latchkey.cli(["member", "add", "--email", "ada@example.com", "--name", "Ada Lovelace", "--no-password"]);
    await signIn(page, latchkey, "host@example.com", "/admin/members");
    await page.getByText("1 member cannot sign in yet").click();
    await look(page, "members-invite-mail");
    await page.getByRole("button", { name: "Send the links by mail" }).click();
    await expect(page.getByText("1 mail is on its way.")).toBeVisible();
    const of = (to: string, words: string) => mail.mails.find((one) => one.to === to && one.raw.includes(words));
    await expect.poll(() => of("ada@example.com", "Your account")).toBeTruthy();

    const phone = await browser.newContext({ viewport: { width: 360, height: 740 } });
    const hers = await phone.newPage();
    await hers.goto(linkOf(of("ada@example.com", "Your account")!));
    await choosesPassword(hers);
    await hers.context().clearCookies();
    await hers.goto(`${latchkey.url}/sign-in`);
    await hers.getByRole("link", { name: "Forgot your password?" }).click();
    await look(hers, "forgot");
    await hers.getByLabel("Email").fill("ada@example.com");
    await hers.getByRole("button", { name: "Send the mail" }).click();
    await expect(hers.getByText("a mail with a link is on its way")).toBeVisible();
    await look(hers, "forgot-sent");
    await expect.poll(() => of("ada@example.com", "A new password")).toBeTruthy();
    await hers.goto(linkOf(of("ada@example.com", "A new password")!));
    await choosesPassword(hers);
    await phone.close();

    mail.tell("refuse");
    latchkey.cli(["member", "add", "--email", "gone@example.com", "--name", "Gone Person", "--no-password"]);
    latchkey.cli(["member", "invite", "gone@example.com", "--mail"]);
    await expect(async () => {
      await page.goto(`${latchkey.url}/admin/members`);
      await expect(page.getByRole("heading", { name: "1 mail could not be delivered" })).toBeVisible({ timeout: 500 });
    }).toPass();
    await look(page, "members-mail-failed");
    await expect(page.getByText("No such mailbox")).toBeVisible();
    await expect(page.getByText("ada@example.com · verified")).toBeVisible();
  } finally {
    await latchkey.dispose();
    mail.dispose();
  }
});

test("without mail, who forgot the password is told whom to ask", async ({ page, latchkey }) => {
  await page.goto(`${latchkey.url}/sign-in`);
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await expect(page.getByText("Ask a host of")).toBeVisible();
  await look(page, "forgot-without-mail");
  await page.getByRole("link", { name: "Back to sign-in" }).click();
  await expect(page.getByLabel("Password")).toBeVisible();
});
