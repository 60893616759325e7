#include "engine/functions/letter_case.h"

#include <cstdint>
#include <map>

#include "engine/functions/utf8.h"

namespace headrace::engine {

namespace {

constexpr uint32_t kIota = 0x399, kDotAbove = 0x307, kSigma = 0x3A3, kFinalSigma = 0x3C2, kCapitalDottedI = 0x130;

bool IsAscii(std::string_view text) {
  for (char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

/// Unicode's special casing that depends on neither language nor neighbours.
std::map<uint32_t, std::u32string> MakeCapitals() {
  std::map<uint32_t, std::u32string> capitals = {
      {0xDF, U"SS"},
      {0x149, U"\u02BCN"},
      {0x1F0, U"J\u030C"},
      {0x390, U"\u0399\u0308\u0301"},
      {0x3B0, U"\u03A5\u0308\u0301"},
      {0x587, U"\u0535\u0552"},
      {0x1E96, U"H\u0331"},
      {0x1E97, U"T\u0308"},
      {0x1E98, U"W\u030A"},
      {0x1E99, U"Y\u030A"},
      {0x1E9A, U"A\u02BE"},
      {0x1F50, U"\u03A5\u0313"},
      {0x1F52, U"\u03A5\u0313\u0300"},
      {0x1F54, U"\u03A5\u0313\u0301"},
      {0x1F56, U"\u03A5\u0313\u0342"},
      {0x1FB2, U"\u1FBA\u0399"},
      {0x1FB3, U"\u0391\u0399"},
      {0x1FB4, U"\u0386\u0399"},
      {0x1FB6, U"\u0391\u0342"},
      {0x1FB7, U"\u0391\u0342\u0399"},
      {0x1FBC, U"\u0391\u0399"},
      {0x1FC2, U"\u1FCA\u0399"},
      {0x1FC3, U"\u0397\u0399"},
      {0x1FC4, U"\u0389\u0399"},
      {0x1FC6, U"\u0397\u0342"},
      {0x1FC7, U"\u0397\u0342\u0399"},
      {0x1FCC, U"\u0397\u0399"},
      {0x1FD2, U"\u0399\u0308\u0300"},
      {0x1FD3, U"\u0399\u0308\u0301"},
      {0x1FD6, U"\u0399\u0342"},
      {0x1FD7, U"\u0399\u0308\u0342"},
      {0x1FE2, U"\u03A5\u0308\u0300"},
      {0x1FE3, U"\u03A5\u0308\u0301"},
      {0x1FE4, U"\u03A1\u0313"},
      {0x1FE6, U"\u03A5\u0342"},
      {0x1FE7, U"\u03A5\u0308\u0342"},
      {0x1FF2, U"\u1FFA\u0399"},
      {0x1FF3, U"\u03A9\u0399"},
      {0x1FF4, U"\u038F\u0399"},
      {0x1FF6, U"\u03A9\u0342"},
      {0x1FF7, U"\u03A9\u0342\u0399"},
      {0x1FFC, U"\u03A9\u0399"},
      {0xFB00, U"FF"},
      {0xFB01, U"FI"},
      {0xFB02, U"FL"},
      {0xFB03, U"FFI"},
      {0xFB04, U"FFL"},
      {0xFB05, U"ST"},
      {0xFB06, U"ST"},
      {0xFB13, U"\u0544\u0546"},
      {0xFB14, U"\u0544\u0535"},
      {0xFB15, U"\u0544\u053B"},
      {0xFB16, U"\u054E\u0546"},
      {0xFB17, U"\u0544\u053D"},
  };
  // Greek letters with an iota below or beside them, small and as titles: the capital, then an iota.
  for (uint32_t i = 0; i < 16; ++i) {
    for (auto [first, capital] : {std::pair{0x1F80u, 0x1F08u}, {0x1F90u, 0x1F28u}, {0x1FA0u, 0x1F68u}}) {
      capitals[first + i] = {static_cast<char32_t>(capital + i % 8), static_cast<char32_t>(kIota)};
    }
  }
  return capitals;
}

/// Letters as far as a sigma's neighbours are concerned.
bool IsLetter(uint32_t code) {
  if (code < 0x80) return (code | 0x20) >= 'a' && (code | 0x20) <= 'z';
  return code >= 0xC0 && code != 0xD7 && code != 0xF7 && !(code >= 0x2000 && code < 0x2C00);
}

}  // namespace

std::string ExpandCapitals(std::string_view text) {
  static const std::map<uint32_t, std::u32string> capitals = MakeCapitals();
  if (IsAscii(text)) return std::string(text);
  std::string out;
  for (std::string_view piece : Utf8Split(text)) {
    auto found = piece.size() == 1 ? capitals.end() : capitals.find(Utf8Decode(piece));
    if (found == capitals.end()) {
      out += piece;
    } else {
      for (char32_t code : found->second) Utf8Append(out, code);
    }
  }
  return out;
}

std::string ShrinkCapitals(std::string_view text) {
  if (IsAscii(text)) return std::string(text);
  auto pieces = Utf8Split(text);
  std::string out;
  for (size_t i = 0; i < pieces.size(); ++i) {
    uint32_t code = Utf8Decode(pieces[i]);
    if (code == kCapitalDottedI) {
      out += 'i';
      Utf8Append(out, kDotAbove);
    } else if (code == kSigma && i > 0 && IsLetter(Utf8Decode(pieces[i - 1])) &&
               (i + 1 == pieces.size() || !IsLetter(Utf8Decode(pieces[i + 1])))) {
      Utf8Append(out, kFinalSigma);
    } else {
      out += pieces[i];
    }
  }
  return out;
}

}  // namespace headrace::engine
