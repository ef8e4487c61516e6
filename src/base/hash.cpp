// SPDX-License-Identifier: Apache-2.0
#include "base/hash.hpp"

#include <array>
#include <utility>

#include <openssl/evp.h>
#include <zlib.h>

#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::base {
namespace {

class Digest {
 public:
  explicit Digest(const EVP_MD* kind) : context_(EVP_MD_CTX_new()) {
    if (context_ == nullptr || EVP_DigestInit_ex(context_, kind, nullptr) != 1) {
      throw SystemError("libcrypto cannot start a hash; digests need it; check the OpenSSL installation");
    }
  }
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;
  ~Digest() { EVP_MD_CTX_free(context_); }

  void add(const void* bytes, std::size_t size) { EVP_DigestUpdate(context_, bytes, size); }

  std::string hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> value{};
    unsigned size = 0;
    EVP_DigestFinal_ex(context_, value.data(), &size);
    std::string text;
    for (unsigned i = 0; i < size; ++i) text += format("{:02x}", value[i]);
    return text;
  }

 private:
  EVP_MD_CTX* context_;
};

}  // namespace

struct Sha256::State {
  Digest digest{EVP_sha256()};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::add(std::span<const std::byte> bytes) { state_->digest.add(bytes.data(), bytes.size()); }
void Sha256::add(std::string_view text) { state_->digest.add(text.data(), text.size()); }
std::string Sha256::hex() { return state_->digest.hex(); }

std::string sha256_hex(std::string_view text) {
  Sha256 hash;
  hash.add(text);
  return hash.hex();
}

std::string git_blob_hash(std::string_view content) {
  Digest digest(EVP_sha1());
  const std::string header = format("blob {}", content.size());
  digest.add(header.c_str(), header.size() + 1);  // with its closing zero
  digest.add(content.data(), content.size());
  return digest.hex();
}

std::uint32_t crc32(std::span<const std::byte> bytes) {
  return static_cast<std::uint32_t>(
      ::crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

}  // namespace ltr::base
