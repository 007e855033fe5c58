// Documents as ui/static/stages.js finds them. A line in is a call, and a line out what came of it:
// what the document has emitted to the server, and the views that it shows, by element.
const fs = require("node:fs");
const readline = require("node:readline");
const vm = require("node:vm");

const stages = new vm.Script(fs.readFileSync(process.argv[2], "utf8"));
const documents = {};

class Document {
  constructor({ elements, entered }) {
    this.said = [];
    this.hearers = {};
    this.world = vm.createContext({
      mounted_app: { elements },
      emitEvent: (name, told) => this.said.push([name, told]),
      document: { visibilityState: "visible", addEventListener() {} },
      socket: { on: (name, hear) => { this.hearers[name] = hear; } },
    });
    this.world.window = this.world;
    stages.runInContext(this.world);
    for (const [surface, stage] of Object.entries(entered)) this.world.stillwatchStages.enter(surface, stage);
  }
  run(code) { vm.runInContext(code, this.world); }
  hear({ name, told }) { this.hearers[name]?.(told); }
  seen() {
    const elements = Object.entries(this.world.mounted_app.elements);
    return { said: this.said.splice(0), views: Object.fromEntries(elements.map(([id, one]) => [id, one.props.view])) };
  }
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, open, call, told } = JSON.parse(line);
  if (open) documents[id] = new Document(open);
  else documents[id][call](told);
  process.stdout.write(JSON.stringify(documents[id].seen()) + "\n");
});
