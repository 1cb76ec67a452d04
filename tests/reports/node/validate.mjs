// What other tools make of a report: reads JSON on standard input, answers with JSON.
//   commands: [[name, properties, message]] -> the lines that @actions/core writes
//   markdown: text -> its pieces, as a reader that knows tables, links and HTML sees them
import { readFileSync } from "node:fs";
import MarkdownIt from "markdown-it";
import { issueCommand } from "./node_modules/@actions/core/lib/command.js";

const asked = JSON.parse(readFileSync(0, "utf8"));
const write = process.stdout.write;

function lines(commands) {
  const written = [];
  process.stdout.write = (text) => written.push(text.replace(/\n$/, ""));
  for (const command of commands) issueCommand(...command);
  process.stdout.write = write;
  return written;
}

function pieces(text) {
  const reader = new MarkdownIt({ html: true, linkify: true });
  reader.linkify.set({ fuzzyLink: false }).add("//", null); // as GitHub: no bare names, no bare //
  return reader.parse(text, {}).flatMap((token) => token.children ?? [token])
    .map((token) => ({ type: token.type, text: token.content }));
}

const answer = {};
if (asked.commands) answer.commands = lines(asked.commands);
if (asked.markdown) answer.markdown = pieces(asked.markdown);
process.stdout.write(JSON.stringify(answer));
