// What the tool does inside a page. It runs in a world of its own, where the page's scripts can change nothing, and
// walks without recursion and within budgets, since pages may be of any size.
(() => {
  if (globalThis.reader) return;
  const NODES = 30000, CHARACTERS = 400000, NAME = 120, SHOWN = 400, OPTIONS = 30;
  const SILENT = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "HEAD", "TITLE", "DATALIST"]);
  const FIELDS = new Set(["INPUT", "TEXTAREA", "SELECT"]);
  const ROLES = new Set(["button", "link", "checkbox", "radio", "switch", "tab", "menuitem", "option", "combobox", "textbox"]);
  const things = [], numbers = new WeakMap();
  const squeezed = (text, most = NAME) => String(text ?? "").slice(0, 4 * most).replace(/\s+/g, " ").trim().slice(0, most);

  const kindOf = (element) => {
    const tag = element.tagName, role = element.getAttribute("role");
    if (tag === "INPUT") return element.type === "hidden" ? "" : ["submit", "button", "reset", "image"].includes(element.type) ? "button" : "field";
    if (tag === "TEXTAREA") return "field";
    if (tag === "SELECT") return "select";
    if (tag === "BUTTON" || tag === "SUMMARY") return "button";
    if ((tag === "A" || tag === "AREA") && element.hasAttribute("href")) return "link";
    if (element.isContentEditable && !element.parentElement?.isContentEditable) return "field";
    if (ROLES.has(role)) return role === "textbox" || role === "combobox" ? "field" : role;
    return element.hasAttribute("onclick") ? "button" : "";
  };
  const nameOf = (element) => {
    const said = element.getAttribute("aria-label");
    if (said) return squeezed(said);
    if (FIELDS.has(element.tagName)) {
      if (kindOf(element) === "button") return squeezed(element.value || element.alt || element.type);
      const label = element.labels?.[0]?.textContent;
      return squeezed(label || element.placeholder || element.title || element.name || element.id);
    }
    return squeezed(element.innerText || element.title || element.querySelector?.("img[alt]")?.alt);
  };
  const numberOf = (element) => {
    if (!numbers.has(element)) numbers.set(element, things.push(element));
    return numbers.get(element);
  };
  const described = (element, kind) => {
    const name = nameOf(element), off = element.disabled ? " (disabled)" : "";
    let more = "";
    if (kind === "link") more = ` <${squeezed(element.href, SHOWN)}>`;
    else if (kind === "select") {
      const options = [...element.options].slice(0, OPTIONS), chosen = options.filter((each) => each.selected);
      const left = element.options.length - options.length;
      more = ` = ${chosen.map((each) => squeezed(each.label)).join(", ")} (of: ${options.map((each) => squeezed(each.label)).join(" | ")}${left ? ` and ${left} more` : ""})`;
    } else if (kind === "field" && (element.type === "checkbox" || element.type === "radio")) {
      more = ` (${element.type}, ${element.checked ? "on" : "off"})`;
    } else if (kind === "field") {
      const value = "value" in element ? element.value : element.innerText;
      more = ` (${element.type || "text"}) = ${element.type === "password" ? "•".repeat(Math.min(20, value.length)) : squeezed(value, SHOWN)}`;
    } else if (element.getAttribute("aria-checked")) more = ` (${element.getAttribute("aria-checked") === "true" ? "on" : "off"})`;
    return `[${numberOf(element)}] ${kind}: ${name}${more}${off}`;
  };
  const childrenOf = (node) => {
    if (node.tagName === "SLOT" && node.assignedNodes().length) return node.assignedNodes();
    return (node.shadowRoot || node).childNodes;
  };

  const read = () => {
    const pieces = [], stack = [];
    let size = 0, left = NODES, cut = "";
    const put = (text) => { pieces.push(text); size += text.length; };
    if (document.body) stack.push(document.body);
    while (stack.length) {
      const node = stack.pop();
      if (typeof node === "string") { put(node); continue; }
      if (left-- <= 0 || size > CHARACTERS) { cut = "[the page is larger; the rest was not read]"; break; }
      if (node.nodeType === 3) { put(node.data.slice(0, CHARACTERS).replace(/\s+/g, " ")); continue; }
      if (node.nodeType !== 1 || SILENT.has(node.tagName)) continue;
      const style = getComputedStyle(node);
      if (style.display === "none") continue;
      const seen = style.visibility === "visible", block = !/^inline|^contents|^ruby/.test(style.display);
      const kind = seen ? kindOf(node) : "";
      if (kind) {
        put(`\n${described(node, kind)}\n`);
        // A card or a whole section that can be clicked is also read; its name is only its beginning.
        if (FIELDS.has(node.tagName)) continue;
        if (node.textContent.length <= NAME && !node.querySelector("a[href],input,select,textarea,button,img")) continue;
      } else if (node.tagName === "IMG" && seen) {
        put(`[image: ${squeezed(node.alt)} ${node.naturalWidth}x${node.naturalHeight}]`);
        continue;
      } else if (node.tagName === "IFRAME" || node.tagName === "FRAME") {
        let inner = null;
        try { inner = node.contentDocument?.body; } catch { inner = null; }
        put(`\n[frame: ${squeezed(node.src, SHOWN)}${inner ? "" : ", of another site, not read: open it by its address"}]\n`);
        if (inner) stack.push("\n[end of frame]\n", inner);
        continue;
      } else if (node.tagName === "CANVAS" || node.tagName === "VIDEO") put(`[${node.tagName.toLowerCase()}: see it by a screenshot]`);
      if (node.tagName === "BR") put("\n");
      const edge = block ? "\n" : style.display === "table-cell" ? " | " : "";
      if (node.tagName === "TD" || node.tagName === "TH") put(" | ");
      else if (edge) { put(edge); stack.push(edge); }
      const children = childrenOf(node);
      if (children.length > left) cut = "[the page is larger; the rest was not read]";
      for (let index = Math.min(children.length, left) - 1; index >= 0; index--) {
        const child = children[index];
        if (child.nodeType === 1 || (child.nodeType === 3 && seen)) stack.push(child);
      }
    }
    return { url: location.href.slice(0, 2000), title: squeezed(document.title, SHOWN), text: pieces.join(""), cut };
  };

  const find = (number) => {
    const element = things[number - 1];
    if (!element) return { fault: "unknown" };
    if (!element.isConnected) return { fault: "gone" };
    return { element };
  };
  // The middle of an element on the screen, or what covers it.
  const place = (number) => {
    const { element, fault } = find(number);
    if (fault) return { fault };
    element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const box = [...element.getClientRects()].find((each) => each.width > 0 && each.height > 0);
    if (!box) return { fault: "unseen" };
    let x = box.x + box.width / 2, y = box.y + box.height / 2;
    const view = element.ownerDocument.defaultView;
    x = Math.min(Math.max(x, 0), view.innerWidth - 1);
    y = Math.min(Math.max(y, 0), view.innerHeight - 1);
    const hit = element.getRootNode().elementFromPoint(x, y);
    const label = hit?.closest?.("label");
    if (hit && hit !== element && !element.contains(hit) && !hit.contains(element) && label?.control !== element) {
      return { fault: "covered", by: `${hit.tagName.toLowerCase()} ${squeezed(hit.innerText)}` };
    }
    for (let frame = view; frame !== window; frame = frame.parent) {
      const outer = frame.frameElement.getBoundingClientRect();
      x += outer.x + frame.frameElement.clientLeft;
      y += outer.y + frame.frameElement.clientTop;
    }
    return { x, y, kind: kindOf(element), tag: element.tagName, type: element.type || "", disabled: Boolean(element.disabled) };
  };
  // Links and forms that would open another window stay in this one.
  const stay = (number) => {
    const { element } = find(number);
    const owners = [element?.closest?.("a,area"), element?.form ?? element?.closest?.("form")];
    for (const owner of owners) {
      const target = owner && (owner.getAttribute("target") || document.querySelector("base[target]")?.target);
      if (target && !/^_(self|top|parent)$/i.test(target) && !document.querySelector(`iframe[name="${CSS.escape(target)}"]`)) owner.target = "_self";
    }
    if (element?.hasAttribute?.("formtarget")) element.removeAttribute("formtarget");
  };
  const told = (element) => {
    for (const kind of ["input", "change"]) element.dispatchEvent(new Event(kind, { bubbles: true }));
  };
  // Makes a field ready to be typed into: "type" when keys should follow, else what came of setting its value.
  const prepare = (number, text) => {
    const { element, fault } = find(number);
    if (fault) return { fault };
    if (element.disabled || element.readOnly) return { fault: "locked" };
    const typed = ["text", "search", "url", "tel", "email", "password", "number", "textarea"];
    if (element.isContentEditable) {
      element.focus();
      element.ownerDocument.getSelection().selectAllChildren(element);
    } else if (element.tagName === "TEXTAREA" || (element.tagName === "INPUT" && typed.includes(element.type))) {
      element.focus();
      element.select();
    } else if (element.tagName === "INPUT" && element.type === "file") return { how: "file" };
    else if (element.tagName === "INPUT" && kindOf(element) === "field" && !["checkbox", "radio"].includes(element.type)) {
      element.value = text;
      told(element);
      return { how: "set", value: element.value };
    } else return { fault: "no field" };
    if (!text) element.ownerDocument.execCommand("delete");
    return { how: text ? "type" : "set", value: "" };
  };
  const choose = (number, wanted) => {
    const { element, fault } = find(number);
    if (fault) return { fault };
    if (element.tagName !== "SELECT") return { fault: "no select" };
    if (element.disabled) return { fault: "locked" };
    const options = [...element.options], labels = options.map((each) => squeezed(each.label));
    const names = new Set(wanted.map((each) => squeezed(each)));
    const chosen = options.filter((each, index) => names.has(labels[index]) || wanted.includes(each.value));
    if (chosen.length < wanted.length || (chosen.length > 1 && !element.multiple)) return { fault: "no option", options: labels.slice(0, OPTIONS) };
    for (const each of options) each.selected = chosen.includes(each);
    told(element);
    return {};
  };
  const submit = (number) => {
    const { element, fault } = find(number);
    if (fault) return { fault };
    const form = element.form ?? element.closest("form");
    if (!form) {
      if (kindOf(element) !== "field") return { fault: "no form" };
      element.focus();
      return { how: "enter" };
    }
    const wrong = form.noValidate ? [] : [...form.elements].filter((each) => each.willValidate && !each.validity.valid).slice(0, 10);
    if (wrong.length) return { fault: "invalid", why: wrong.map((each) => `[${numberOf(each)}] ${nameOf(each)}: ${squeezed(each.validationMessage)}`) };
    stay(number);
    document.activeElement?.blur();
    const button = ["submit", "image"].includes(element.type) ? element : null;
    form.requestSubmit(button);
    return {};
  };
  const scroll = (to) => {
    const screen = innerHeight * 0.9, height = document.documentElement.scrollHeight;
    const top = { up: scrollY - screen, down: scrollY + screen, top: 0, bottom: height }[to];
    window.scrollTo({ top, behavior: "instant" });
    return { from: Math.round(scrollY), to: Math.round(scrollY + innerHeight), height };
  };
  const has = (text) => (document.body?.innerText ?? "").replace(/\s+/g, " ").includes(text.replace(/\s+/g, " "));
  globalThis.reader = { read, place, stay, prepare, choose, submit, scroll, has, file: (number) => things[number - 1] };
})();
