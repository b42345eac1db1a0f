// Comments on a photo's page: whoever types @ is offered the members' names.

import { bindMentions } from "./shared/mentions.js";

const names = JSON.parse(document.getElementById("member-names").textContent);
for (const field of document.querySelectorAll("[data-mentions]")) {
  bindMentions(field, names);
}
