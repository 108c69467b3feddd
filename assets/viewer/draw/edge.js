// The right edge of what scrolls sideways fades while there is more of it.

/** @param {HTMLElement} wide */
export function fadeEdge(wide) {
  const look = () => wide.classList.toggle("sv-more", wide.scrollLeft + wide.clientWidth < wide.scrollWidth - 4);
  if (!wide.onscroll) wide.onscroll = look;
  look();
}
