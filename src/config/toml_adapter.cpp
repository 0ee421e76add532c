/* The one file in C++: toml++'s tree, copied to plain structures. */
#include <algorithm>
#include <cstdio>
#include <deque>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <toml++/toml.h>
#include <utility>
#include <vector>

#include "config/toml_adapter_private.h"

/* A deque never moves its elements, and a moved vector keeps its memory: what nodes point to stays
   where it is while the tree grows. */
struct LodTomlDocument {
  LodTomlNode                          root{};
  std::deque<std::vector<LodTomlNode>> children;
  std::deque<std::string>              texts;
};

namespace {

/* Keeps a copy of `text` in the document and returns it; throws if C could not see all of it. */
const char *Keep(LodTomlDocument &document, std::string_view text) {
  if (text.find('\0') != std::string_view::npos)
    throw std::invalid_argument("a key or string holds the character U+0000");
  return document.texts.emplace_back(text).c_str();
}

/* Whether `a` stands before `b` in the file. */
bool Before(const LodTomlNode &a, const LodTomlNode &b) {
  return std::pair(a.line, a.column) < std::pair(b.line, b.column);
}

LodTomlNode Copy(LodTomlDocument &document, const toml::node &node);

/* The children of a table, each with its key and the key's place, in the order of the file. */
std::vector<LodTomlNode> CopyTable(LodTomlDocument &document, const toml::table &table) {
  std::vector<LodTomlNode> children;
  for (const auto &[key, value] : table) {
    LodTomlNode child = Copy(document, value);
    child.key = Keep(document, key.str());
    if (key.source().begin) {
      child.line = key.source().begin.line;
      child.column = key.source().begin.column;
    }
    children.push_back(child);
  }
  std::stable_sort(children.begin(), children.end(), Before);
  return children;
}

/* The entries of an array. */
std::vector<LodTomlNode> CopyArray(LodTomlDocument &document, const toml::array &array) {
  std::vector<LodTomlNode> children;
  for (const toml::node &value : array)
    children.push_back(Copy(document, value));
  return children;
}

/* A node and everything below it; without a key. */
LodTomlNode Copy(LodTomlDocument &document, const toml::node &node) {
  LodTomlNode copy{};
  copy.type = LOD_TOML_DATE;
  copy.key = "";
  copy.line = node.source().begin.line;
  copy.column = node.source().begin.column;
  if (const toml::table *table = node.as_table()) {
    copy.type = LOD_TOML_TABLE;
    document.children.push_back(CopyTable(document, *table));
  } else if (const toml::array *array = node.as_array()) {
    copy.type = LOD_TOML_ARRAY;
    document.children.push_back(CopyArray(document, *array));
  } else if (const auto *text = node.as_string()) {
    copy.type = LOD_TOML_TEXT;
    copy.text = Keep(document, text->get());
  } else if (const auto *integer = node.as_integer()) {
    copy.type = LOD_TOML_INTEGER;
    copy.integer = integer->get();
    copy.real = static_cast<double>(copy.integer);
  } else if (const auto *real = node.as_floating_point()) {
    copy.type = LOD_TOML_REAL;
    copy.real = real->get();
  } else if (const auto *boolean = node.as_boolean()) {
    copy.type = LOD_TOML_BOOLEAN;
    copy.boolean = boolean->get();
  }
  if (copy.type == LOD_TOML_TABLE || copy.type == LOD_TOML_ARRAY) {
    copy.children = document.children.back().data();
    copy.n_children = document.children.back().size();
  }
  return copy;
}

/* Fills in *error. */
void Describe(LodTomlError *error, unsigned line, unsigned column, std::string_view message) {
  error->line = line;
  error->column = column;
  (void)std::snprintf(error->message, sizeof error->message, "%.*s",
                      static_cast<int>(message.size()), message.data());
}

} // namespace

extern "C" int LodTomlParse(const char *text, size_t length, LodTomlDocument **document,
                            LodTomlError *error) {
  LodTomlDocument *made = nullptr;
  *document = nullptr;
  if (LodTomlGuard(text, length, error)) return 1;
  try {
    const toml::table table = toml::parse(std::string_view(text, length));
    made = new LodTomlDocument;
    made->root = Copy(*made, table);
    *document = made;
    return 0;
  } catch (const toml::parse_error &problem) {
    const toml::source_position place = problem.source().begin;
    Describe(error, place.line, place.column, problem.description());
  } catch (const std::exception &problem) {
    Describe(error, 0, 0, problem.what());
  } catch (...) {
    Describe(error, 0, 0, "the TOML parser failed");
  }
  delete made;
  return 1;
}

extern "C" const LodTomlNode *LodTomlRoot(const LodTomlDocument *document) {
  return &document->root;
}

extern "C" void LodTomlFree(LodTomlDocument *document) {
  delete document;
}
