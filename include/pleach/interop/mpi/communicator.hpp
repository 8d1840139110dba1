// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A communicator of MPI as an object: the processes ("ranks") that share a table, and the few collective calls that its verbs
/// are made of. To use it, install an MPI and link pleach::mpi; MPI_Init is the program's to call.
///
/// Errors: a call of MPI that fails, and input that is bad on any rank, throws on every rank that learns of it. What one rank
/// refuses, all refuse with the same sentence (`together`), so that none waits for another that has left.

#define OMPI_SKIP_MPICXX 1  // the C interface only
#define MPICH_SKIP_MPICXX 1

#include <pleach/config.hpp>

#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <mpi.h>

namespace pleach {
inline namespace PLEACH_ABI {

/// A call of MPI failed.
class mpi_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// What a rank has handed to MPI for other ranks: bytes of ids, rows and numbers, and how many messages carried them, if each
/// call sends one to each rank that gets something. Sums over all ranks count one message.
struct mpi_traffic {
    std::uint64_t bytes = 0;
    std::uint64_t messages = 0;
};

class communicator {
public:
    /// Duplicates `parent`, so that no message of the program is taken for one of a table. Collective. *Throws* mpi_error,
    /// std::invalid_argument if MPI was not started.
    explicit communicator(MPI_Comm parent) {
        int is_started = 0, is_over = 0;
        MPI_Initialized(&is_started);
        MPI_Finalized(&is_over);
        if (is_started == 0 || is_over != 0)
            throw std::invalid_argument(
                "pleach::communicator: MPI is not running; call MPI_Init before and MPI_Finalize after");
        const int code = MPI_Comm_dup(parent, &handle_);
        if (code != MPI_SUCCESS) refuse(code, "communicator");
        MPI_Comm_set_errhandler(handle_, MPI_ERRORS_RETURN);
        MPI_Comm_rank(handle_, &rank_);
        MPI_Comm_size(handle_, &size_);
    }
    communicator(const communicator&) = delete;
    communicator& operator=(const communicator&) = delete;
    ~communicator() {
        int is_over = 0;
        MPI_Finalized(&is_over);
        if (is_over == 0) MPI_Comm_free(&handle_);
    }

    [[nodiscard]] std::size_t rank() const noexcept { return static_cast<std::size_t>(rank_); }
    [[nodiscard]] std::size_t size() const noexcept { return static_cast<std::size_t>(size_); }
    [[nodiscard]] MPI_Comm handle() const noexcept { return handle_; }
    [[nodiscard]] const mpi_traffic& traffic() const noexcept { return traffic_; }

    /// Runs `check()` on every rank. If it threw on any, throws the error of the lowest such rank on all: the same type if that
    /// is std::invalid_argument or std::out_of_range, else std::runtime_error. Collective.
    template <class Check>
    void together(const char* verb, Check&& check) const {
        const failure own = failure_of(check);
        std::int32_t first = own.kind == 0 ? size_ : rank_;
        reduce(verb, std::span(&first, 1), MPI_INT32_T, MPI_MIN);
        if (first < size_) raise(verb, own, first);
    }

    /// As `together`, where a number per rank travels anyway: fills `got` with `per_rank` numbers from each rank, and sends
    /// each rank its part of `numbers`. *Precondition:* both have size() * per_rank elements, and numbers are not negative.
    template <class Check>
    void exchange_counts(const char* verb, Check&& check, std::span<std::int32_t> numbers, std::span<std::int32_t> got) const {
        const failure own = failure_of(check);
        if (own.kind != 0)
            for (std::int32_t& x : numbers) x = -1;
        const int per_rank = static_cast<int>(numbers.size() / size());
        require(MPI_Alltoall(numbers.data(), per_rank, MPI_INT32_T, got.data(), per_rank, MPI_INT32_T, handle_), verb);
        count((size() - 1) * static_cast<std::size_t>(per_rank) * sizeof(std::int32_t), size() - 1);
        for (std::size_t r = 0; r < size(); ++r)
            if (got[r * static_cast<std::size_t>(per_rank)] < 0) raise(verb, own, static_cast<int>(r));
    }

    /// The elements of each rank for each other: `sent[r]` items of `width` elements go to rank r, `received[r]` come from it,
    /// one rank after the other in both arrays.
    template <class T>
    void all_to_all(const char* verb, const T* send, std::span<const int> sent, T* receive, std::span<const int> received,
                    std::size_t width = 1) const {
        const item<T> type(*this, verb, width);
        const std::vector<int> send_starts = starts(verb, sent), receive_starts = starts(verb, received);
        require(MPI_Alltoallv(send, sent.data(), send_starts.data(), type.handle, receive, received.data(),
                              receive_starts.data(), type.handle, handle_),
                verb);
        for (std::size_t r = 0; r < size(); ++r)
            if (r != rank() && sent[r] > 0) count(static_cast<std::size_t>(sent[r]) * width * sizeof(T), 1);
    }

    /// The items of every rank on every rank, one rank after the other; `counts[r]` are those of rank r.
    template <class T>
    void all_gather(const char* verb, const T* send, T* receive, std::span<const int> counts, std::size_t width = 1) const {
        const item<T> type(*this, verb, width);
        const std::vector<int> receive_starts = starts(verb, counts);
        require(MPI_Allgatherv(send, counts[rank()], type.handle, receive, counts.data(), receive_starts.data(), type.handle,
                               handle_),
                verb);
        count(static_cast<std::size_t>(counts[rank()]) * width * sizeof(T) * (size() - 1), size() - 1);
    }

    /// Replaces each number by its sum over all ranks.
    void sum(const char* verb, std::span<std::uint64_t> numbers) const { reduce(verb, numbers, MPI_UINT64_T, MPI_SUM); }
    /// Replaces each number by the largest of all ranks.
    void largest(const char* verb, std::span<std::uint64_t> numbers) const { reduce(verb, numbers, MPI_UINT64_T, MPI_MAX); }

    /// The bytes of rank `from` on all ranks, which give as many.
    void broadcast(const char* verb, std::span<char> bytes, int from) const {
        require(MPI_Bcast(bytes.data(), checked_count(verb, bytes.size()), MPI_CHAR, from, handle_), verb);
        if (from == rank_) count(bytes.size() * (size() - 1), size() - 1);
    }

    /// Waits until all ranks have come so far.
    void barrier(const char* verb) const { require(MPI_Barrier(handle_), verb); }

    /// The number as a count of MPI. *Throws* std::length_error.
    [[nodiscard]] static int checked_count(const char* verb, std::size_t n) {
        if (n > static_cast<std::size_t>((std::numeric_limits<int>::max)()))
            throw std::length_error("pleach::" + std::string(verb) + ": " + std::to_string(n) +
                                    " items for one call of MPI, which counts to 2147483647; use smaller batches");
        return static_cast<int>(n);
    }

private:
    // 0: none, 1: std::invalid_argument, 2: std::out_of_range, 3: another.
    struct failure {
        std::int32_t kind = 0;
        std::string sentence;
    };

    template <class Check>
    [[nodiscard]] static failure failure_of(Check&& check) {
        try {
            check();
            return {};
        } catch (const std::invalid_argument& error) {
            return {1, error.what()};
        } catch (const std::out_of_range& error) {
            return {2, error.what()};
        } catch (const std::exception& error) {
            return {3, error.what()};
        }
    }

    // Every rank knows that rank `from` failed, and how.
    [[noreturn]] void raise(const char* verb, failure failed, int from) const {
        std::int32_t numbers[] = {failed.kind, static_cast<std::int32_t>(failed.sentence.size())};
        require(MPI_Bcast(numbers, 2, MPI_INT32_T, from, handle_), verb);
        failed.sentence.resize(static_cast<std::size_t>(numbers[1]));
        broadcast(verb, failed.sentence, from);
        if (size_ > 1) failed.sentence = "rank " + std::to_string(from) + ": " + failed.sentence;
        if (numbers[0] == 1) throw std::invalid_argument(failed.sentence);
        if (numbers[0] == 2) throw std::out_of_range(failed.sentence);
        throw std::runtime_error(failed.sentence);
    }

    template <class T>
    void reduce(const char* verb, std::span<T> numbers, MPI_Datatype type, MPI_Op operation) const {
        require(MPI_Allreduce(MPI_IN_PLACE, numbers.data(), checked_count(verb, numbers.size()), type, operation, handle_),
                verb);
        if (size_ > 1) count(numbers.size_bytes(), 1);
    }

    // `width` elements as one item, so that counts are those of rows.
    template <class T>
    struct item {
        item(const communicator& all, const char* verb, std::size_t width) {
            all.require(MPI_Type_contiguous(checked_count(verb, width * sizeof(T)), MPI_BYTE, &handle), verb);
            all.require(MPI_Type_commit(&handle), verb);
        }
        item(const item&) = delete;
        item& operator=(const item&) = delete;
        ~item() { MPI_Type_free(&handle); }
        MPI_Datatype handle = MPI_DATATYPE_NULL;
    };

    [[nodiscard]] static std::vector<int> starts(const char* verb, std::span<const int> counts) {
        std::vector<int> result(counts.size());
        std::size_t sum = 0;
        for (std::size_t r = 0; r < counts.size(); ++r) {
            result[r] = checked_count(verb, sum);
            sum += static_cast<std::size_t>(counts[r]);
        }
        static_cast<void>(checked_count(verb, sum));
        return result;
    }

    void require(int code, const char* verb) const {
        if (code != MPI_SUCCESS) refuse(code, verb);
    }
    [[noreturn]] void refuse(int code, const char* verb) const {
        char text[MPI_MAX_ERROR_STRING] = {};
        int length = 0;
        MPI_Error_string(code, text, &length);
        throw mpi_error("pleach::" + std::string(verb) + ": MPI failed on rank " + std::to_string(rank_) + " of " +
                        std::to_string(size_) + " (" + std::string(text, static_cast<std::size_t>(length)) +
                        "); end the run and resume it from its last checkpoint");
    }

    void count(std::uint64_t bytes, std::uint64_t messages) const noexcept {
        traffic_.bytes += bytes;
        traffic_.messages += messages;
    }

    MPI_Comm handle_ = MPI_COMM_NULL;
    int rank_ = 0;
    int size_ = 1;
    mutable mpi_traffic traffic_;
};

}  // namespace PLEACH_ABI
}  // namespace pleach
