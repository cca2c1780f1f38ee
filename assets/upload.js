// Uploads: sends files piece by piece, then puts their paths into the store of the drop zone.
(function () {
  "use strict";
  const PIECE = 2 * 1024 * 1024;
  const TRIES = 3;

  function fill(words, name, percent) {
    return words.replace("{name}", name).replace("{percent}", percent);
  }

  function show(place, words, share) {
    place.querySelector(".drop-progress").textContent = words;
    place.style.setProperty("--share", String(share));
  }

  function post(address, piece, onProgress) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", address);
      request.setRequestHeader("X-Vitrina-Upload", "1");
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.responseType = "json";
      request.upload.addEventListener("progress", (event) => onProgress(event.loaded));
      request.addEventListener("load", () => {
        if (request.status === 200) {
          resolve(request.response);
        } else {
          reject({ final: true, words: request.response && request.response.error });
        }
      });
      request.addEventListener("error", () => reject({ final: false }));
      request.send(piece);
    });
  }

  async function sendWithRetries(address, piece, onProgress) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await post(address, piece, onProgress);
      } catch (failure) {
        if (failure.final || attempt === TRIES) {
          throw failure;
        }
      }
    }
  }

  async function send(file, place) {
    let answer = { upload: "", bytes: 0 };
    do {
      const offset = answer.bytes;
      const query = new URLSearchParams(
        answer.upload ? { upload: answer.upload, offset } : { name: file.name, size: file.size }
      );
      const piece = file.slice(offset, offset + PIECE);
      answer = await sendWithRetries(`/upload?${query}`, piece, (sent) => {
        const share = (offset + sent) / (file.size || 1);
        const percent = Math.min(100, Math.round(100 * share));
        show(place, fill(place.dataset.sending, file.name, percent), share);
      });
    } while (!answer.path);
    return { name: file.name, path: answer.path, bytes: answer.bytes };
  }

  async function sendAll(files, place) {
    if (!files.length || place.classList.contains("is-busy")) {
      return;
    }
    const arrived = [];
    let current = files[0];
    place.classList.remove("is-failed");
    place.classList.add("is-busy");
    try {
      for (current of files) {
        arrived.push(await send(current, place));
        show(place, fill(place.dataset.sent, current.name, 100), 1);
      }
      window.dash_clientside.set_props(place.dataset.upload, { data: { files: arrived } });
    } catch (failure) {
      place.classList.add("is-failed");
      show(place, failure.words || fill(place.dataset.failed, current.name, 0), 0);
    } finally {
      place.classList.remove("is-busy");
    }
  }

  function placeOf(event) {
    return event.target instanceof Element ? event.target.closest("[data-upload]") : null;
  }

  document.addEventListener("click", (event) => {
    const button =
      event.target instanceof Element && event.target.closest('[data-action="choose-files"]');
    if (!button) {
      return;
    }
    const place = placeOf(event);
    const picker = document.createElement("input");
    picker.type = "file";
    picker.multiple = true;
    picker.accept = place.dataset.accept;
    picker.addEventListener("change", () => sendAll([...picker.files], place));
    picker.click();
  });

  document.addEventListener("dragover", (event) => {
    const place = placeOf(event);
    if (place) {
      event.preventDefault();
      place.classList.add("is-over");
    }
  });
  document.addEventListener("dragleave", (event) => placeOf(event)?.classList.remove("is-over"));
  document.addEventListener("drop", (event) => {
    const place = placeOf(event);
    if (place) {
      event.preventDefault();
      place.classList.remove("is-over");
      sendAll([...event.dataTransfer.files], place);
    }
  });
})();
