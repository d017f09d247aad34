// The page's own words. What the bot says comes from the bot.

const WORDS = {
  zh_CN: {
    title: "哨到 · 演示",
    brand: "哨到",
    bot: "哨到",
    bot_initial: "哨",
    phones: "手机",
    clock: "把时间往后拨",
    half_hour: "+30 分钟",
    two_hours: "+2 小时",
    one_day: "+1 天",
    crowd: "三十人同时认领",
    plug: "拔电源",
    power: "电源",
    dark: "断电中… {seconds} 秒。哨到的进程被强行杀掉了，正在自己重新起来。",
    dark_quiet: "手机照常能用：现在发的先留着，来电后自动送到。",
    dark_waiting: "手机照常能用：{count} 条先留着，来电后自动送到。",
    back: "又来电了，断了 {seconds} 秒。",
    counting: "正在核对有没有丢、有没有重…",
    arrived: "断电时没送到的 {count} 条，都补送了。",
    nothing_waited: "断电时没有消息在等。",
    known: "其中 {count} 条断电前已经记下，没有再记一遍。",
    not_doubtful: "可能重复的消息 0 条。",
    doubtful: "可能重复 {count} 条：发到一半断了电，不知道到没到，就再发了一次；其中 {twice} 条在手机上出现了两次。",
    power_matter: "核对",
    power_before: "断电前",
    power_after: "现在",
    power_lost: "丢失",
    power_doubled: "重复",
    power_acts: "大家说的、点的",
    power_cases: "上报的事",
    power_claims: "认领",
    power_messages: "哨到发的消息",
    waits: "还没送到哨到",
    arrived_there: "哨到收下了",
    press_waits: "点下了，来电后送到",
    no_power: "已经断电了，等它自己起来再拔。",
    play: "播放一天",
    stop: "停下",
    language: "语言",
    restart: "重来",
    restart_title: "从头再来？",
    restart_text: "所有手机上的对话都会清空，社区回到第一天早上。",
    restart_no: "算了",
    restart_yes: "从头再来",
    more: "时间、三十人同时认领、拔电源、语言、重来",
    phone_of: "{title} {name}的手机",
    whose_phone: "换一部手机",
    chat_with: "{name}和{contact}的对话",
    chats: "{name}的聊天",
    group_title: "{title}({size})",
    typing: "对方正在输入…",
    group_typing: "哨到正在输入…",
    unread: "{count} 条没看",
    message: "发消息",
    group_message: "发到群里",
    mention: "@哨到",
    send: "发送",
    add: "照片、位置等",
    album: "选照片",
    file: "文件",
    save_file: "下载 {name}",
    lamp_dark: "灯不亮",
    lamp_lit: "灯亮了",
    radio: "收音机",
    place: "位置",
    voice: "语音",
    send_voice: "发一段语音样例",
    sent_photo: "照片",
    open_photo: "看大图",
    code: "二维码",
    open_code: "放大二维码",
    copy_link: "点一下就复制",
    copied: "已复制，粘贴到另一部手机",
    not_copied: "浏览器不让复制。长按链接选中它，再复制。",
    photo: "照片",
    close: "关上",
    updated: "{time} 更新",
    new_below: "新消息",
    try_saying: "还没有消息，试试说",
    hints: "可以说",
    nothing_yet: "还没有消息。",
    yesterday: "昨天 {time}",
    offline: "和哨到的连接断了，正在重连。一直连不上，就看看启动它的窗口还在不在。",
    too_large: "照片超过 10 MB，发不出去。换一张小些的，或者截个图再发。",
    file_too_large: "文件超过 20 MB，发不出去。拆成几份再发。",
    empty_file: "这个文件是空的，没有发出去。换一个再发。",
    unreadable_file: "这个文件读不出来，没有发出去。看看它还在不在，再选一次。",
    text_too_long: "一次最多发 4096 个字。分成两段再发。",
    no_photo: "只能发 JPG 或 PNG 照片。截个图再发也行。",
    unavailable: "哨到这会儿没收下，话还留着，会自动再送，不用重发。",
    playing: "故事正在播放。先点「停下」，再试。",
    no_open_task: "群里还没有新的任务可认领。先用社区值班的手机说「发布任务」，发布好了再点。",
    story_failed: "故事没能放完。点「重来」从头开始，再播放。",
    no_chat: "这个聊天已经不在了。刷新页面再看。",
    problem: "没办成。刷新页面再试；还不行，就看看启动哨到的窗口里写了什么。",
  },
  en: {
    title: "Shaodao · demo",
    brand: "Shaodao",
    bot: "Shaodao",
    bot_initial: "哨",
    phones: "Phones",
    clock: "Move the clock forward",
    half_hour: "+30 min",
    two_hours: "+2 hours",
    one_day: "+1 day",
    crowd: "Thirty press at once",
    plug: "Pull the plug",
    power: "Power",
    dark: "No power… {seconds} s. Shaodao’s process was killed outright and is starting again by itself.",
    dark_quiet: "The phones work on: what is sent now is kept, and delivered when the power is back.",
    dark_waiting: "The phones work on: {count} kept, to be delivered when the power is back.",
    back: "The power is back after {seconds} s. ",
    counting: "Counting whether anything is lost or doubled…",
    arrived: "What had not been delivered ({count}) was delivered since. ",
    nothing_waited: "Nothing was waiting. ",
    known: "Of these, {count} had been kept before the cut, and were not kept again. ",
    not_doubtful: "Messages possibly repeated: 0.",
    doubtful: "Messages possibly repeated: {count}. The power failed while they were sent, so they were sent once more; {twice} of them stand on a phone twice.",
    power_matter: "Counted",
    power_before: "before",
    power_after: "now",
    power_lost: "lost",
    power_doubled: "doubled",
    power_acts: "said and pressed",
    power_cases: "cases",
    power_claims: "claims",
    power_messages: "Shaodao’s messages",
    waits: "not delivered to Shaodao yet",
    arrived_there: "Shaodao has it",
    press_waits: "Pressed; delivered when the power is back",
    no_power: "There is no power already. Wait until it is back.",
    play: "Play a day",
    stop: "Stop",
    language: "Language",
    restart: "Restart",
    restart_title: "Start over?",
    restart_text: "Every chat is emptied and the district is back on its first morning.",
    restart_no: "Not now",
    restart_yes: "Start over",
    more: "Clock, thirty at once, plug, language, restart",
    phone_of: "{title}, {name}’s phone",
    whose_phone: "Pick up another phone",
    chat_with: "{name} and {contact}",
    chats: "Chats of {name}",
    group_title: "{title} ({size})",
    typing: "typing…",
    group_typing: "Shaodao is typing…",
    unread: "{count} unread",
    message: "Message",
    group_message: "To the group",
    mention: "@shaodao",
    send: "Send",
    add: "Photo, location and more",
    album: "Photos",
    file: "File",
    save_file: "Download {name}",
    lamp_dark: "Lamp out",
    lamp_lit: "Lamp on",
    radio: "Radio",
    place: "Location",
    voice: "Voice",
    send_voice: "Send a sample voice message",
    sent_photo: "Photo",
    open_photo: "Open photo",
    code: "QR code",
    open_code: "Enlarge the QR code",
    copy_link: "Tap to copy",
    copied: "Copied. Paste it into another phone.",
    not_copied: "The browser does not let me copy. Select the link and copy it yourself.",
    photo: "Photo",
    close: "Close",
    updated: "updated {time}",
    new_below: "New message",
    try_saying: "No messages yet. Try saying",
    hints: "Things to say",
    nothing_yet: "No messages yet.",
    yesterday: "Yesterday {time}",
    offline: "The connection to Shaodao is lost; reconnecting. If it stays lost, check that the window it was started from is still open.",
    too_large: "The photo is larger than 10 MB and was not sent. Choose a smaller one, or send a screenshot of it.",
    file_too_large: "The file is larger than 20 MB and was not sent. Send it in parts.",
    empty_file: "This file is empty and was not sent. Choose another one.",
    unreadable_file: "This file cannot be read and was not sent. Check that it is still there, then choose it again.",
    text_too_long: "A message can have 4096 characters. Send it in two parts.",
    no_photo: "Only JPG and PNG photos can be sent. A screenshot of it works too.",
    unavailable: "Shaodao has not taken this in yet. It is kept and will be sent again by itself.",
    playing: "The story is playing. Press Stop first, then try again.",
    no_open_task: "The group has no new task to claim yet. On the community’s phone say “publish a task”; when it is published, press again.",
    story_failed: "The story broke off. Press Restart, then play it again.",
    no_chat: "This chat is no longer there. Reload the page.",
    problem: "That did not work. Reload the page and try again; if it still fails, see what the window Shaodao was started from says.",
  },
};

const DAYS = {
  zh_CN: ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
  en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
};
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

let language = "zh_CN";

export function speak(chosen) {
  language = chosen;
  document.documentElement.lang = chosen === "en" ? "en" : "zh-CN";
  document.title = word("title");
  for (const element of document.querySelectorAll("[data-word]")) {
    element.textContent = word(element.dataset.word);
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", word(element.dataset.label));
  }
}

export function word(key, values = {}) {
  return WORDS[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export function hasWord(key) {
  return key in WORDS[language];
}

// Moments arrive on the district's clock ("2026-11-23T09:14:00+08:00"): their digits are read
// as they stand, so the browser's own time zone has no say.

export function clockTime(moment) {
  return moment.slice(11, 16);
}

export function dateName(moment) {
  const [, month, day] = digits(moment);
  return language === "en" ? `${day} ${MONTHS[month - 1]}` : `${month}月${day}日`;
}

export function dayName(moment) {
  const weekday = DAYS[language][new Date(midnight(moment)).getUTCDay()];
  return language === "en" ? `${weekday} ${dateName(moment)}` : `${dateName(moment)} ${weekday}`;
}

export function separator(moment, now) {
  const days = Math.round((midnight(now) - midnight(moment)) / 86_400_000);
  if (days === 0) return clockTime(moment);
  if (days === 1) return word("yesterday", { time: clockTime(moment) });
  return `${dateName(moment)} ${clockTime(moment)}`;
}

export function minutes(moment) {
  return midnight(moment) / 60_000 + Number(moment.slice(11, 13)) * 60 + Number(moment.slice(14, 16));
}

function midnight(moment) {
  const [year, month, day] = digits(moment);
  return Date.UTC(year, month - 1, day);
}

function digits(moment) {
  return moment.slice(0, 10).split("-").map(Number);
}
