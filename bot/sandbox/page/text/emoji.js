// The emoji that deploying people use, by Slack's names. Unknown names stay as they were typed.

import { h } from "../dom.js";

const NAMES = `
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|ok_hand 👌|clap 👏|wave 👋|raised_hands 🙌|pray 🙏|muscle 💪|point_right 👉|point_left 👈
point_up ☝️|point_down 👇|eyes 👀|brain 🧠|handshake 🤝|raised_hand ✋|fist ✊|v ✌️|crossed_fingers 🤞|writing_hand ✍️|call_me_hand 🤙
smile 😄|smiley 😃|grinning 😀|grin 😁|joy 😂|rofl 🤣|slightly_smiling_face 🙂|wink 😉|blush 😊|innocent 😇|heart_eyes 😍|sunglasses 😎
thinking_face 🤔|neutral_face 😐|expressionless 😑|no_mouth 😶|smirk 😏|roll_eyes 🙄|grimacing 😬|relieved 😌|pensive 😔|sleeping 😴|mask 😷
dizzy_face 😵|exploding_head 🤯|confused 😕|worried 😟|cry 😢|sob 😭|scream 😱|sweat 😓|sweat_smile 😅|tired_face 😫|angry 😠|rage 😡|skull 💀
ghost 👻|robot_face 🤖|alien 👽|tada 🎉|confetti_ball 🎊|sparkles ✨|star ⭐|star2 🌟|fire 🔥|boom 💥|zap ⚡|snowflake ❄️|rainbow 🌈|sunny ☀️
cloud ☁️|umbrella ☔|ocean 🌊|rocket 🚀|ship 🚢|boat ⛵|sailboat ⛵|anchor ⚓|airplane ✈️|car 🚗|truck 🚚|train 🚆|construction 🚧|rotating_light 🚨
vertical_traffic_light 🚦|traffic_light 🚥|checkered_flag 🏁|triangular_flag_on_post 🚩|white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️
x ❌|negative_squared_cross_mark ❎|heavy_multiplication_x ✖️|warning ⚠️|no_entry ⛔|no_entry_sign 🚫|octagonal_sign 🛑|stop_sign 🛑|question ❓
grey_question ❔|exclamation ❗|heavy_exclamation_mark ❗|bangbang ‼️|information_source ℹ️|bulb 💡|bell 🔔|no_bell 🔕|loudspeaker 📢|mega 📣
hourglass ⌛|hourglass_flowing_sand ⏳|stopwatch ⏱️|timer_clock ⏲️|alarm_clock ⏰|clock1 🕐|clock3 🕒|watch ⌚|calendar 📆|date 📅|spiral_calendar_pad 🗓️
arrow_forward ▶️|arrow_backward ◀️|arrow_up ⬆️|arrow_down ⬇️|arrow_left ⬅️|arrow_right ➡️|arrow_right_hook ↪️|leftwards_arrow_with_hook ↩️
arrows_counterclockwise 🔄|arrows_clockwise 🔃|repeat 🔁|fast_forward ⏩|rewind ⏪|double_vertical_bar ⏸️|pause_button ⏸️|black_square_for_stop ⏹️|stop_button ⏹️
black_right_pointing_double_triangle_with_vertical_bar ⏭️|next_track_button ⏭️|black_circle_for_record ⏺️|twisted_rightwards_arrows 🔀|back 🔙|soon 🔜|top 🔝|new 🆕
ok 🆗|up 🆙|cool 🆒|free 🆓|sos 🆘|100 💯|red_circle 🔴|large_blue_circle 🔵|blue_circle 🔵|large_green_circle 🟢|green_circle 🟢|large_yellow_circle 🟡
yellow_circle 🟡|large_orange_circle 🟠|orange_circle 🟠|large_purple_circle 🟣|purple_circle 🟣|white_circle ⚪|black_circle ⚫|radio_button 🔘
large_green_square 🟩|large_red_square 🟥|large_yellow_square 🟨|large_blue_square 🟦|white_large_square ⬜|black_large_square ⬛|white_small_square ▫️|black_small_square ▪️
heart ❤️|green_heart 💚|blue_heart 💙|yellow_heart 💛|purple_heart 💜|broken_heart 💔|lock 🔒|unlock 🔓|key 🔑|old_key 🗝️|shield 🛡️|closed_lock_with_key 🔐
gear ⚙️|wrench 🔧|hammer 🔨|hammer_and_wrench 🛠️|toolbox 🧰|nut_and_bolt 🔩|link 🔗|paperclip 📎|pushpin 📌|round_pushpin 📍|package 📦|gift 🎁
computer 💻|desktop_computer 🖥️|keyboard ⌨️|iphone 📱|battery 🔋|electric_plug 🔌|floppy_disk 💾|cd 💿|satellite_antenna 📡|globe_with_meridians 🌐
earth_africa 🌍|earth_americas 🌎|earth_asia 🌏|file_folder 📁|open_file_folder 📂|card_index_dividers 🗂️|page_facing_up 📄|page_with_curl 📃|scroll 📜
memo 📝|pencil 📝|pencil2 ✏️|clipboard 📋|bar_chart 📊|chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|mag 🔍|mag_right 🔎|label 🏷️|bookmark 🔖
books 📚|notebook 📓|inbox_tray 📥|outbox_tray 📤|email 📧|envelope ✉️|incoming_envelope 📨|speech_balloon 💬|thought_balloon 💭|recycle ♻️|wastebasket 🗑️
broom 🧹|bug 🐛|beetle 🪲|turtle 🐢|rabbit 🐰|snail 🐌|octopus 🐙|whale 🐳|penguin 🐧|cat 🐱|dog 🐶|bee 🐝|ladybug 🐞|dragon 🐉|unicorn_face 🦄|seedling 🌱
evergreen_tree 🌲|four_leaf_clover 🍀|herb 🌿|coffee ☕|beer 🍺|beers 🍻|champagne 🍾|pizza 🍕|cake 🍰|birthday 🎂|doughnut 🍩|cookie 🍪|apple 🍎|tangerine 🍊
trophy 🏆|medal 🏅|first_place_medal 🥇|dart 🎯|crown 👑|gem 💎|moneybag 💰|test_tube 🧪|microscope 🔬|telescope 🔭|crystal_ball 🔮|magic_wand 🪄
bust_in_silhouette 👤|busts_in_silhouette 👥|technologist 🧑‍💻|detective 🕵️|firefighter 🧑‍🚒|runner 🏃|shrug 🤷|facepalm 🤦|house 🏠|factory 🏭|office 🏢|zzz 💤|bomb 💣
one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|six 6️⃣|seven 7️⃣|eight 8️⃣|nine 9️⃣|keycap_ten 🔟|zero 0️⃣|hash #️⃣|heavy_plus_sign ➕|heavy_minus_sign ➖`;

const BY_NAME = new Map(
  NAMES.split(/[|\n]/).filter(Boolean).map((entry) => {
    const space = entry.lastIndexOf(" ");
    return [entry.slice(0, space), entry.slice(space + 1)];
  }),
);

/** One emoji by its name; `unicode` is the code points that rich text may carry. */
export function emoji(name, unicode = "") {
  const sign = BY_NAME.get(name) ?? fromCodes(unicode);
  if (!sign) return `:${name}:`;
  return h("span", { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` }, sign);
}

function fromCodes(unicode) {
  const codes = String(unicode ?? "").split("-").map((code) => Number.parseInt(code, 16));
  if (codes.some((code) => Number.isNaN(code) || code > 0x10ffff)) return null;
  return String.fromCodePoint(...codes);
}

/** Text in which :names: are emoji. */
export function emojiNodes(text) {
  const parts = String(text).split(/:([a-z0-9_+-]+)(?:::skin-tone-\d)?:/g);
  const nodes = [];
  parts.forEach((part, index) => {
    if (index % 2 === 0) {
      if (part) nodes.push(part);
    } else {
      nodes.push(emoji(part));
    }
  });
  return nodes;
}

/** All names that have a sign here. */
export function emojiNames() {
  return [...BY_NAME.keys()];
}
