// next-auth@beta, with AUTH_SECRET and AUTH_URL in its environment
import NextAuth from "next-auth";

export const { handlers, auth, signIn, signOut } = NextAuth({
  providers: [
    {
      id: "latchkey",
      name: "LATCHKEY_NETWORK",
      type: "oidc",
      issuer: "LATCHKEY_ISSUER",
      clientId: "LATCHKEY_CLIENT_ID",
      clientSecret: "LATCHKEY_CLIENT_SECRET",
    },
  ],
  callbacks: {
    // Recognize people by Latchkey's id
    jwt({ token, account }) {
      if (account) token.sub = account.providerAccountId;
      return token;
    },
    session({ session, token }) {
      session.user.id = token.sub!;
      return session;
    },
  },
});
