// SPDX-License-Identifier: Apache-2.0
#include "render/html_parts.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::render {

std::string html_text(std::string_view text) {
  constexpr std::array<std::pair<char, std::string_view>, 5> kEscapes{
      {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}}};
  std::string result;
  for (const char c : text) {
    const auto* const escape = std::ranges::find(kEscapes, c, &std::pair<char, std::string_view>::first);
    if (escape != kEscapes.end()) {
      result += escape->second;
    } else {
      // Control characters are not allowed in a page.
      result += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? ' ' : c;
    }
  }
  return result;
}

std::string html_anchor(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((std::isalnum(byte) != 0 && byte < 0x80) || c == '-' || c == '_' || c == '.') {
      result += c;
    } else {
      result += base::format("~{:02x}", static_cast<std::uint64_t>(byte));
    }
  }
  return result;
}

std::string html_link(std::string_view anchor, std::string_view text) {
  return base::format("<a href=\"#{}\">{}</a>", html_text(anchor), html_text(text));
}

std::string html_breakable(std::string_view text) {
  std::string html;
  for (const char c : html_text(text)) {
    html += c;
    if (c == '_') html += "<wbr>";
  }
  constexpr std::string_view kSign = "± ";
  for (std::size_t at = html.find(kSign); at != std::string::npos; at = html.find(kSign, at)) {
    html.replace(at, kSign.size(), "±\u00a0");
  }
  return html;
}

std::string html_section(std::string_view anchor, std::string_view title) {
  return base::format("<h2 id=\"{}\">{}</h2>\n", anchor, html_breakable(title));
}

std::string html_list(const std::vector<std::string>& items, std::string_view kind) {
  if (items.empty()) return {};
  std::string text = base::format("<ul class=\"{}\">\n", kind);
  for (const std::string& item : items) text += base::format("<li>{}</li>\n", html_text(item));
  return text + "</ul>\n";
}

std::string html_table(const HtmlTable& table) {
  std::string text = base::format(
      "<div class=\"wide\" tabindex=\"0\" role=\"region\" "
      "aria-label=\"{}\">\n<table>\n<caption><span>{}</span></caption>\n<thead><tr>",
      html_text(table.caption), html_text(table.caption));
  for (const std::string& column : table.columns) {
    text += base::format("<th scope=\"col\" aria-sort=\"none\"><button type=\"button\">{}</button></th>",
                         html_text(column));
  }
  text += "</tr></thead>\n";
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const HtmlRow& row = table.rows[i];
    const bool starts = i == 0 || !row.below;
    if (starts) text += i == 0 ? "<tbody>\n" : "</tbody>\n<tbody>\n";
    text +=
        base::format("<tr{}{}>", row.anchor.empty() ? "" : base::format(" id=\"{}\"", html_text(row.anchor)),
                     row.below ? " class=\"below\"" : "");
    for (const HtmlEntry& entry : row.entries) {
      text += entry.number ? "<td class=\"number\"" : "<td";
      if (entry.sort_key) text += base::format(" data-key=\"{}\"", *entry.sort_key);
      text += base::format(">{}</td>", entry.html);
    }
    text += "</tr>\n";
  }
  if (!table.rows.empty()) text += "</tbody>\n";
  return text + "</table>\n</div>\n";
}

std::string inline_svg(std::string_view svg, std::string_view prefix, std::string_view title) {
  const std::size_t root = svg.find("<svg");
  const std::size_t inside = root == std::string_view::npos ? root : svg.find('>', root);
  if (inside == std::string_view::npos) {
    throw base::DataError(base::format(
        "the picture of {} is no SVG document; the page shows it inline; check gnuplot's terminal svg",
        prefix));
  }
  std::string own = base::format("<svg role=\"img\" aria-label=\"{}\"", html_text(title));
  own += svg.substr(root + 4);
  // A browser shows titles as tooltips, and gnuplot's own say nothing.
  constexpr std::string_view kEnd = "</title>";
  for (std::size_t at = own.find("<title>"); at != std::string::npos; at = own.find("<title>", at)) {
    const std::size_t end = own.find(kEnd, at);
    if (end == std::string::npos) break;
    own.erase(at, end + kEnd.size() - at);
  }
  // gnuplot names its parts alike in every picture.
  constexpr std::array<std::string_view, 5> kNames{"id=\"", "id='", "href=\"#", "href='#", "url(#"};
  for (const std::string_view name : kNames) {
    for (std::size_t at = own.find(name); at != std::string::npos; at = own.find(name, at + name.size())) {
      own.insert(at + name.size(), base::format("{}-", prefix));
    }
  }
  return own;
}

}  // namespace ltr::render
